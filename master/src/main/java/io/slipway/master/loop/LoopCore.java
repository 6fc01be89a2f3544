package io.slipway.master.loop;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Deliberation;
import io.slipway.master.decide.Refusal;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.journal.Journal;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.Changes;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Meta;
import io.slipway.master.state.Moment;
import io.slipway.master.state.Round;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.SnapshotCodec;
import io.slipway.master.state.StateFormatException;
import io.slipway.master.state.StateRows;
import io.slipway.model.HostPort;
import io.slipway.model.NanoClock;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the loop's thread does: decide, apply, abandon, lead, hand over. */
final class LoopCore {
  private static final Logger log = LoggerFactory.getLogger(LoopCore.class);
  private static final int CLUSTER_KEY_BYTES = 32;

  private record InFlight(
      long term,
      long number,
      ByteString record,
      Pending pending,
      NanoClock.Timer overdue,
      long sinceNanos) {}

  private final Journal journal;
  private final Effects effects;
  private final NanoClock clock;
  private final Chance chance;
  private final LoopSettings settings;
  private final Executor replies;
  private final ClusterLoop.Fatal fatal;
  private final Inbox inbox;
  private final LoopMonitor monitor;

  private final ClusterState state = new ClusterState();
  private final Scheduler scheduler = new Scheduler(state);
  private final Liveness liveness = new Liveness();
  private final Watches watches = new Watches(state);
  private final RowTally tally = new RowTally();
  private final EffectOrders orders;
  private final ArrayDeque<LoopEvent> betweenRounds = new ArrayDeque<>();

  private Thread loopThread;
  private long term;
  private boolean leading;
  private boolean ready;
  private boolean moreDue;
  private boolean timeDue;
  private boolean snapshotDue;
  private boolean snapshotting;
  private boolean handingOver;
  private volatile boolean failed;
  private InFlight inFlight;
  private long baseMillis;
  private long baseNanos;
  private long appliedTerm;
  private long appliedIndex;
  private NanoClock.Timer tick = () -> {};
  private Optional<HostPort> leader = Optional.empty();

  private volatile ClusterLoop.Standing standing =
      new ClusterLoop.Standing(Meta.EMPTY, false, Optional.empty());

  LoopCore(
      Journal journal,
      Effects effects,
      NanoClock clock,
      Chance chance,
      LoopSettings settings,
      Executor replies,
      ClusterLoop.Fatal fatal,
      Inbox inbox,
      LoopMonitor monitor) {
    this.journal = journal;
    this.effects = effects;
    this.clock = clock;
    this.chance = chance;
    this.settings = settings;
    this.replies = replies;
    this.fatal = fatal;
    this.inbox = inbox;
    this.monitor = monitor;
    if (monitor.counts()) {
      state.listen(tally);
    }
    this.orders = new EffectOrders(state, effects);
  }

  ClusterLoop.Standing standing() {
    return standing;
  }

  /** Whether it has given up; any thread. */
  boolean failed() {
    return failed;
  }

  /** The tables; the loop's thread only. */
  ClusterState state() {
    assertLoop();
    return state;
  }

  private void assertLoop() {
    if (loopThread == null) {
      loopThread = Thread.currentThread();
    }
    if (loopThread != Thread.currentThread()) {
      throw new IllegalStateException(
          "only " + loopThread.getName() + " may do this, not " + Thread.currentThread());
    }
  }

  // On the loop's thread

  /** Does all that there is to do. */
  void run() {
    assertLoop();
    try {
      boolean again = true;
      while (again && !failed) {
        for (LoopEvent event = inbox.pollEvent(); event != null; event = inbox.pollEvent()) {
          on(event);
        }
        again = step() || inbox.hasEvents();
      }
    } catch (RuntimeException | Error e) {
      fail("the master's loop failed: " + e, Optional.of(e));
    }
  }

  /** Whether there may be more to do. */
  private boolean step() {
    if (inFlight == null) {
      settleBetweenRounds();
    }
    if (!leading) {
      refuseAll(RequestRefused.notLeader(leader));
      return false;
    }
    if (!ready || inFlight != null || handingOver) {
      return false;
    }
    if (!inbox.hasRequests() && !timeDue && !moreDue) {
      return false;
    }
    decide();
    return true;
  }

  private void on(LoopEvent event) {
    if (failed) {
      return;
    }
    if (event instanceof LoopEvent.Committed committed) {
      committedEntry(committed);
    } else if (event instanceof LoopEvent.Restored restored) {
      abandon("a snapshot was installed");
      restore(restored);
    } else if (event instanceof LoopEvent.Confirmed confirmed) {
      confirmed(confirmed);
    } else if (event instanceof LoopEvent.Tick) {
      if (leading) {
        timeDue = true;
        scheduleTick();
      }
    } else if (event instanceof LoopEvent.Leads leads) {
      lead(leads.term());
    } else if (event instanceof LoopEvent.LeadsNot leadsNot) {
      leader = leadsNot.leader();
      abandon("leadership was lost");
    } else if (event instanceof LoopEvent.AppendFailed append) {
      if (isInFlight(append.term(), append.number())) {
        log.warn("round {} was refused by the journal: {}", append.number(), append.cause());
        giveUpLeadership("the journal refused a round: " + append.cause());
      }
    } else if (event instanceof LoopEvent.CommitOverdue overdue) {
      if (isInFlight(overdue.term(), overdue.number())) {
        giveUpLeadership(
            "a round was not committed within "
                + settings.commitWithin().toMillis()
                + " ms; the disk or the other masters do not answer");
      }
    } else if (event instanceof LoopEvent.JournalFailed journalFailed) {
      fail(journalFailed.reason(), journalFailed.cause());
    } else if (event instanceof LoopEvent.SnapshotDone) {
      snapshotting = false;
    } else {
      betweenRounds.add(event);
    }
  }

  private boolean isInFlight(long roundTerm, long number) {
    return inFlight != null && inFlight.term() == roundTerm && inFlight.number() == number;
  }

  /** What needs the tables as they are committed. */
  private void settleBetweenRounds() {
    for (LoopEvent event = betweenRounds.poll(); event != null; event = betweenRounds.poll()) {
      if (event instanceof LoopEvent.OpenWatch open) {
        openWatch(open);
      } else if (event instanceof LoopEvent.SnapshotWanted wanted) {
        if (ready) {
          watches.snapshot(wanted.watch());
        }
      } else if (event instanceof LoopEvent.WatchClosed watchClosed) {
        watches.close(watchClosed.watch());
      } else if (event instanceof LoopEvent.SnapshotDue) {
        snapshotDue = true;
      } else if (event instanceof LoopEvent.HandOver handOver) {
        handingOver = true;
        journal.stepDown();
        handOver.done().complete(null);
      } else {
        throw new AssertionError(event);
      }
    }
    if (snapshotDue && !snapshotting && appliedIndex > 0) {
      saveSnapshot();
    }
  }

  private void openWatch(LoopEvent.OpenWatch open) {
    if (!ready) {
      open.opened().completeExceptionally(RequestRefused.notLeader(leader));
    } else if (state.application(open.watch().application()).isEmpty()) {
      open.opened()
          .completeExceptionally(
              new RequestRefused(
                  Refusal.NOT_FOUND, "no application " + open.watch().application()));
    } else {
      replies.execute(() -> open.opened().complete(open.watch()));
      watches.open(open.watch());
    }
  }

  // Decide

  private void decide() {
    long nanos = clock.nanoTime();
    Deliberation deliberation = deliberate(nanos);
    if (timeDue) {
      timeDue = false;
      deliberation.checkTime();
      monitor.timePassed(deliberation.facts());
    }
    if (moreDue) {
      deliberation.goOn();
    }
    Draft draft = new Draft();
    while (!deliberation.full()) {
      Inbox.Asked<?> asked = inbox.pollRequest();
      if (asked == null) {
        break;
      }
      draft.answer(deliberation, asked);
      monitor.handled(asked.request(), nanos - asked.sinceNanos());
    }
    long gathered = clock.nanoTime();
    Optional<ByteString> record = deliberation.conclude();
    moreDue = deliberation.more();
    Pending pending = draft.finish();
    if (record.isPresent()) {
      long decided = clock.nanoTime();
      monitor.decided(decided - nanos, decided - gathered);
      append(record.get(), pending);
    } else {
      state.undo();
      if (!pending.isEmpty()) {
        journal
            .confirmLeadership()
            .whenComplete(
                (done, failure) ->
                    inbox.enqueue(new LoopEvent.Confirmed(pending, Optional.ofNullable(failure))));
      }
    }
  }

  private Deliberation deliberate(long nanos) {
    long millis = baseMillis + (nanos - baseNanos) / 1_000_000;
    Instant wall = chance.wallClock();
    return new Deliberation(
        state,
        scheduler,
        liveness,
        term,
        new Moment(Math.max(state.nowMillis(), millis), wall.toEpochMilli()),
        chance.seed(),
        nanos);
  }

  private void confirmed(LoopEvent.Confirmed confirmed) {
    if (confirmed.failure().isEmpty() && leading) {
      confirmed.pending().release(replies);
    } else {
      confirmed.pending().fail(replies, RequestRefused.notLeader(leader));
    }
  }

  private void append(ByteString record, Pending pending) {
    long number = state.meta().number();
    long roundTerm = term;
    NanoClock.Timer overdue =
        clock.schedule(
            settings.commitWithin().toNanos(),
            () -> inbox.enqueue(new LoopEvent.CommitOverdue(roundTerm, number)));
    inFlight = new InFlight(roundTerm, number, record, pending, overdue, clock.nanoTime());
    journal
        .append(record)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                inbox.enqueue(new LoopEvent.AppendFailed(roundTerm, number, failure));
              }
            });
  }

  // Apply

  private void committedEntry(LoopEvent.Committed entry) {
    appliedTerm = entry.term();
    appliedIndex = entry.index();
    boolean mine = inFlight != null && inFlight.record().equals(entry.record());
    if (mine && inFlight.term() == entry.term()) {
      committedMine();
      return;
    }
    Round round;
    try {
      round = RoundCodec.decode(entry.record());
    } catch (StateFormatException e) {
      fail(e.getMessage(), Optional.of(e));
      return;
    }
    long committed = inFlight != null ? inFlight.number() - 1 : state.meta().number();
    if (round.term() != entry.term() || round.number() != committed + 1) {
      log.warn(
          "entry {} of term {} is dead: it holds round {} of term {}, after round {}",
          entry.index(),
          entry.term(),
          round.number(),
          round.term(),
          committed);
      if (mine) {
        giveUpLeadership("a round was committed in another term");
      }
      return;
    }
    if (inFlight != null) {
      abandon("another master's round was committed");
    }
    state.apply(round);
    state.forgetUndo();
    publishStanding();
  }

  private void committedMine() {
    InFlight done = inFlight;
    inFlight = null;
    done.overdue().cancel();
    Changes changes = state.changes();
    state.forgetUndo();
    if (!ready) {
      ready = true;
      liveness.lead(state, clock.nanoTime());
      publishStanding();
      log.info("leads in term {}, after {} rounds", term, done.number());
      effects.leading(standing.fencing());
      orders.all();
    } else {
      publishStanding();
      monitor.committed(done.record().size(), clock.nanoTime() - done.sinceNanos(), changes);
      orders.act(changes);
    }
    StateLog.write(changes);
    watches.publish(changes);
    done.pending().release(replies);
  }

  private void publishStanding() {
    standing = new ClusterLoop.Standing(state.meta(), ready, leader);
    if (monitor.counts()) {
      monitor.published(state.meta().number(), tally.counts());
    }
  }

  private void restore(LoopEvent.Restored restored) {
    state.restore(restored.rows());
    appliedTerm = restored.term();
    appliedIndex = restored.index();
    publishStanding();
  }

  // Lead, abandon, end

  private void lead(long newTerm) {
    abandon("a new term began");
    leading = true;
    leader = Optional.empty();
    term = newTerm;
    baseMillis = state.nowMillis();
    baseNanos = clock.nanoTime();
    Deliberation first = deliberate(baseNanos);
    first.accept(
        new Fact.Leading(
            clusterId(),
            chance.bytes(CLUSTER_KEY_BYTES),
            Round.FEATURE_LEVEL,
            settings.cluster(),
            Liveness.leaseMillis(state.workerIds().size())));
    ByteString record = first.conclude().orElseThrow();
    moreDue = first.more();
    append(record, new Pending());
    scheduleTick();
  }

  private String clusterId() {
    StringBuilder id = new StringBuilder("cluster-");
    for (byte b : chance.bytes(8)) {
      id.append(String.format("%02x", b));
    }
    return id.toString();
  }

  private void scheduleTick() {
    tick = clock.schedule(settings.tick().toNanos(), () -> inbox.enqueue(new LoopEvent.Tick()));
  }

  /** Undoes the round in flight, and stops leading. */
  private void abandon(String why) {
    if (inFlight != null) {
      log.warn("round {} is abandoned: {}", inFlight.number(), why);
      inFlight.overdue().cancel();
      state.undo();
      Pending pending = inFlight.pending();
      inFlight = null;
      monitor.abandoned();
      pending.fail(replies, RequestRefused.unknown(why));
    }
    if (leading) {
      log.info("does not lead any more: {}", why);
      leading = false;
      tick.cancel();
      if (ready) {
        ready = false;
        effects.deposed();
      }
      handingOver = false;
      liveness.clear();
      watches.closeAll(RequestRefused.notLeader(leader));
    }
    publishStanding();
  }

  private void giveUpLeadership(String why) {
    abandon(why);
    if (settings.alone()) {
      fail(why, Optional.empty());
    } else {
      journal.stepDown();
    }
  }

  private void fail(String why, Optional<Throwable> cause) {
    if (failed) {
      return;
    }
    try {
      abandon(why);
    } finally {
      failed = true;
      refuseAll(RequestRefused.unknown(why));
      fatal.end(why, cause);
    }
  }

  private void refuseAll(RequestRefused reason) {
    for (Inbox.Asked<?> asked = inbox.pollRequest(); asked != null; asked = inbox.pollRequest()) {
      Inbox.Asked<?> refused = asked;
      replies.execute(() -> refused.reply().completeExceptionally(reason));
    }
  }

  /** After the loop's thread has ended: answers what still waits. */
  void close() {
    tick.cancel();
    if (inFlight != null) {
      inFlight.overdue().cancel();
      inFlight.pending().fail(replies, RequestRefused.unknown("the master ends"));
      inFlight = null;
    }
    watches.closeAll(RequestRefused.notLeader(Optional.empty()));
  }

  // Snapshots

  private void saveSnapshot() {
    snapshotDue = false;
    snapshotting = true;
    StateRows rows = state.rows();
    long snapshotTerm = appliedTerm;
    long index = appliedIndex;
    long begun = clock.nanoTime();
    Thread writer =
        new Thread(
            () -> {
              boolean saved = false;
              try {
                journal.saveSnapshot(snapshotTerm, index, out -> SnapshotCodec.write(rows, out));
                saved = true;
              } catch (IOException | RuntimeException e) {
                log.warn("the snapshot at entry {} could not be saved", index, e);
              } finally {
                monitor.snapshot(clock.nanoTime() - begun, saved);
                inbox.enqueue(new LoopEvent.SnapshotDone());
              }
            },
            "master-snapshot");
    writer.setDaemon(true);
    writer.start();
  }
}
