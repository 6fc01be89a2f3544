package io.slipway.master.loop;

import io.slipway.master.decide.Fencing;
import io.slipway.master.decide.Request;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.journal.Journal;
import io.slipway.master.journal.JournalException;
import io.slipway.master.state.Meta;
import io.slipway.model.ApplicationId;
import io.slipway.model.HostPort;
import io.slipway.model.NanoClock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * The master's single writer. Requests are gathered and decided in rounds; a round is one record of
 * the journal, and nothing leaves before it is committed: no reply, no order, no news. One round is
 * in flight at a time; the next one gathers meanwhile.
 *
 * <p>{@link #ask} and {@link #watch} may be called from any thread, and never block. Replies are
 * completed on the executor that was given. Everything else happens on one thread, the loop's.
 */
public final class ClusterLoop implements AutoCloseable {
  /** Ends the process; the loop does nothing more. */
  @FunctionalInterface
  public interface Fatal {
    /** Called once, on any thread. */
    void end(String message, Optional<Throwable> cause);
  }

  /**
   * What anybody may know of this master at any time, from the last committed round.
   *
   * @param meta names the cluster and holds the key of application tokens
   * @param leads whether this master leads, and is ready to answer
   * @param leader where the leader is, if this master does not lead and knows it
   */
  public record Standing(Meta meta, boolean leads, Optional<HostPort> leader) {
    /** For whom this master speaks. */
    public Fencing fencing() {
      return new Fencing(meta.clusterId(), meta.incarnation(), meta.term());
    }
  }

  private final Journal journal;
  private final LoopSettings settings;
  private final Inbox inbox;
  private final LoopMonitor monitor;
  private final NanoClock clock;
  private final LoopCore core;
  private Thread thread;

  /**
   * Prepares; {@link #start} begins.
   *
   * @param journal not started yet; started and closed by the loop
   * @param replies completes replies; must not block
   * @param fatal ends the process when the master can't go on
   */
  public ClusterLoop(
      Journal journal,
      Effects effects,
      NanoClock clock,
      Chance chance,
      LoopSettings settings,
      Executor replies,
      Fatal fatal) {
    this(journal, effects, clock, chance, settings, replies, fatal, LoopMonitor.NONE);
  }

  /** With somebody who is told what the loop does. */
  public ClusterLoop(
      Journal journal,
      Effects effects,
      NanoClock clock,
      Chance chance,
      LoopSettings settings,
      Executor replies,
      Fatal fatal,
      LoopMonitor monitor) {
    this.journal = journal;
    this.settings = settings;
    this.inbox = new Inbox(settings.queue());
    this.monitor = monitor;
    this.clock = clock;
    this.core =
        new LoopCore(journal, effects, clock, chance, settings, replies, fatal, inbox, monitor);
  }

  /** Starts the loop's thread, then the journal; blocks until what is on disk has been read. */
  public void start() throws JournalException {
    thread = new Thread(this::runUntilClosed, "master-loop");
    thread.setDaemon(true);
    thread.start();
    startJournal();
  }

  /** For tests: starts the journal without a thread; the caller runs the loop. */
  void startJournal() throws JournalException {
    if (monitor.counts()) {
      journal.observeSyncs(monitor::synced);
    }
    journal.start(new JournalEvents(inbox));
  }

  private void runUntilClosed() {
    while (inbox.awaitWork()) {
      core.run();
    }
  }

  /** For tests: does on the caller's thread all that there is to do. */
  void run() {
    core.run();
  }

  /** For tests: the loop's state; the loop's thread only. */
  LoopCore core() {
    return core;
  }

  /**
   * Asks for something; never blocks.
   *
   * @return the reply, once what it says is committed, or a {@link RequestRefused}
   */
  public <R> CompletionStage<R> ask(Request<R> request) {
    Inbox.Asked<R> asked = new Inbox.Asked<>(request, new CompletableFuture<>(), clock.nanoTime());
    if (!inbox.offer(asked)) {
      if (!inbox.isClosed()) {
        monitor.overloaded();
      }
      asked
          .reply()
          .completeExceptionally(
              inbox.isClosed()
                  ? RequestRefused.notLeader(Optional.empty())
                  : RequestRefused.overloaded(settings.retryAfter()));
    }
    return asked.reply();
  }

  /**
   * Follows an application: a snapshot first, then changes.
   *
   * @param available called whenever {@link Watch#drain} has something; must not block
   * @return the open watch, or a {@link RequestRefused} with NOT_FOUND or NOT_LEADER
   */
  public CompletionStage<Watch> watch(ApplicationId application, Runnable available) {
    CompletableFuture<Watch> opened = new CompletableFuture<>();
    Watch watch =
        new Watch(
            application,
            settings.watchBuffer(),
            available,
            each -> inbox.enqueue(new LoopEvent.SnapshotWanted(each)),
            each -> inbox.enqueue(new LoopEvent.WatchClosed(each)));
    if (!inbox.enqueue(new LoopEvent.OpenWatch(watch, opened))) {
      opened.completeExceptionally(RequestRefused.notLeader(Optional.empty()));
    }
    return opened;
  }

  /** What anybody may know, from the last committed round; needs no round. */
  public Standing standing() {
    return core.standing();
  }

  /** How many requests wait to be decided. */
  public int waitingRequests() {
    return inbox.waitingRequests();
  }

  /** Whether the loop's thread runs: it has been started, and has neither failed nor ended. */
  public boolean runs() {
    return thread != null && thread.isAlive() && !core.failed();
  }

  /**
   * Stops deciding, lets the round in flight commit, and gives up leadership where another master
   * can take it. For an end that was planned; {@link #close} comes after it.
   */
  public CompletionStage<Void> handOver() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (!inbox.enqueue(new LoopEvent.HandOver(done))) {
      done.complete(null);
    }
    return done;
  }

  /** Ends the loop and the journal; what waits is answered UNKNOWN. Not from the loop's thread. */
  @Override
  public void close() {
    for (Inbox.Asked<?> asked : inbox.close()) {
      asked.reply().completeExceptionally(RequestRefused.unknown("the master ends"));
    }
    if (thread != null) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    core.close();
    journal.close();
  }
}
