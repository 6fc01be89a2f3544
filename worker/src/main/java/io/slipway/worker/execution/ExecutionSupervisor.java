package io.slipway.worker.execution;

import com.google.protobuf.ByteString;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.Reattached;
import io.slipway.model.CommandTemplate;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import io.slipway.worker.artifact.ArtifactException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution from its order, or from a restart of the worker, to the durable record of its end.
 * Safe for use by several threads. Listeners are told outside of its lock.
 */
final class ExecutionSupervisor {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutionSupervisor.class);
  private static final Duration RECORD_AGAIN = Duration.ofSeconds(1);

  /** What the supervisor does now; what a master is told follows from it. */
  private enum Step {
    /** Found at the worker's start and never launched: waits until a master says that it may. */
    HELD,
    /** Its files are fetched, or it waits for its turn. */
    PREPARING,
    /** The launcher has been called. */
    LAUNCHING,
    /** The launcher has confirmed the process. */
    RUNNING,
    /** It has ended, which is being recorded. */
    RECORDING,
    /** It has ended, on record. */
    ENDED
  }

  private final ExecutionDirectory directory;
  private final Optional<OrderedLaunch> order;
  private final ExecutionSnapshot fresh;
  private final Surroundings surroundings;
  private final Consumer<ExecutionId> changed;

  private Step step = Step.HELD;
  private Optional<Cancellation> cancellation = Optional.empty();
  private Thread launching;
  private LaunchHandle handle;
  private LaunchGate.Pass pass;
  private ExecutionSnapshot ended;
  private boolean closed;

  private ExecutionSupervisor(
      ExecutionDirectory directory,
      Optional<OrderedLaunch> order,
      ExecutionSnapshot fresh,
      Surroundings surroundings,
      Consumer<ExecutionId> changed) {
    this.directory = directory;
    this.order = order;
    this.fresh = fresh;
    this.surroundings = surroundings;
    this.changed = changed;
  }

  /** An order that is on disk; begins nothing yet. */
  static ExecutionSupervisor held(
      ExecutionDirectory directory,
      StoredLaunch stored,
      Surroundings surroundings,
      Consumer<ExecutionId> changed) {
    return new ExecutionSupervisor(
        directory,
        Optional.of(stored.order()),
        ExecutionSnapshot.of(
            directory.id(), ExecutionState.LAUNCHING, stored.ports(), stored.launcher()),
        surroundings,
        changed);
  }

  /** One without an order, or without one that can be read: it only can end. */
  static ExecutionSupervisor without(
      ExecutionDirectory directory, Surroundings surroundings, Consumer<ExecutionId> changed) {
    return new ExecutionSupervisor(
        directory,
        Optional.empty(),
        ExecutionSnapshot.of(
            directory.id(), ExecutionState.LAUNCHING, Collections.emptySortedMap(), ""),
        surroundings,
        changed);
  }

  /** One that had ended, on record, before this worker's start. */
  static ExecutionSupervisor ended(
      ExecutionDirectory directory,
      ExecutionSnapshot ending,
      Surroundings surroundings,
      Consumer<ExecutionId> changed) {
    ExecutionSupervisor supervisor = without(directory, surroundings, changed);
    supervisor.ended = ending;
    supervisor.step = Step.ENDED;
    return supervisor;
  }

  ExecutionId id() {
    return directory.id();
  }

  ExecutionDirectory directory() {
    return directory;
  }

  synchronized ExecutionSnapshot snapshot() {
    if (step == Step.ENDED) {
      return ended;
    }
    ExecutionState state =
        cancellation.isPresent()
            ? ExecutionState.STOPPING
            : step == Step.RUNNING || (step == Step.RECORDING && handle != null)
                ? ExecutionState.RUNNING
                : ExecutionState.LAUNCHING;
    return ExecutionSnapshot.of(id(), state, fresh.ports(), fresh.launcher());
  }

  /** Launches, unless that has begun or the execution is to stop. */
  void launch() {
    synchronized (this) {
      if (step != Step.HELD || closed || order.isEmpty() || cancellation.isPresent()) {
        return;
      }
      step = Step.PREPARING;
    }
    LOG.info("execution {} is LAUNCHING, by launcher {}", id(), fresh.launcher());
    run(this::launchNow);
  }

  private void launchNow() {
    synchronized (this) {
      if (step != Step.PREPARING || closed || cancellation.isPresent()) {
        return;
      }
      launching = Thread.currentThread();
    }
    Optional<String> failure = Optional.of("the launch was broken off");
    try {
      failure = tryLaunch(order.orElseThrow());
    } finally {
      synchronized (this) {
        launching = null;
        notifyAll();
        // An interrupt was meant for this launch alone, and this thread will serve others.
        Thread.interrupted();
      }
    }
    failure.ifPresent(this::notLaunched);
  }

  /** Tells why it could not be launched; empty if it runs. */
  private Optional<String> tryLaunch(OrderedLaunch ordered) {
    try {
      Launcher launcher =
          surroundings
              .launchers()
              .find(fresh.launcher())
              .orElseThrow(() -> new LaunchException(noLauncher()));
      long begun = surroundings.clock().nanoTime();
      LaunchSpec spec = surroundings.preparation().prepare(ordered, directory, fresh.ports());
      long prepared = surroundings.clock().nanoTime();
      surroundings.monitor().prepared(id(), prepared - begun);
      LaunchGate.Pass mine =
          ordered.template().command() instanceof CommandTemplate.Jvm
              ? surroundings.gate().enter()
              : surroundings.gate().pass();
      long admitted = surroundings.clock().nanoTime();
      surroundings.monitor().admitted(id(), admitted - prepared);
      boolean runs = false;
      try {
        beginLaunching(mine);
        directory.makeLauncherDirectory();
        LaunchHandle launched = launcher.launch(spec, directory.path());
        runs = true;
        surroundings.monitor().launched(id(), surroundings.clock().nanoTime() - admitted);
        launchedBy(launched);
        return Optional.empty();
      } finally {
        if (runs) {
          mine.giveBackSoon();
        } else {
          mine.giveBack();
        }
      }
    } catch (InterruptedException e) {
      return Optional.of("the launch was interrupted");
    } catch (LaunchException | ArtifactException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Optional.of("the execution's directory could not be prepared: " + e);
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("execution {} could not be launched", id(), e);
      return Optional.of(e instanceof IllegalArgumentException ? e.getMessage() : e.toString());
    }
  }

  private synchronized void beginLaunching(LaunchGate.Pass mine) throws InterruptedException {
    if (cancellation.isPresent() || closed) {
      throw new InterruptedException();
    }
    pass = mine;
    step = Step.LAUNCHING;
  }

  /** From here on it runs: what fails now must not be told as if it had not been started. */
  private void launchedBy(LaunchHandle launched) {
    try {
      launched(launched);
    } catch (RuntimeException | LinkageError e) {
      LOG.error("launcher {} is broken: its handle of {} fails", fresh.launcher(), id(), e);
      end(Ending.lost("it was launched, and then its launcher failed: " + e));
    }
  }

  private void launched(LaunchHandle launched) {
    Optional<Cancellation> stop;
    synchronized (this) {
      handle = launched;
      step = Step.RUNNING;
      stop = cancellation;
    }
    observe(launched);
    LOG.info(
        "execution {} is RUNNING{}",
        id(),
        launched.processId().isPresent() ? ", process " + launched.processId().getAsLong() : "");
    stop.ifPresent(cancelled -> launched.stop(cancelled.grace()));
    changed.accept(id());
  }

  private void observe(LaunchHandle observed) {
    observed
        .exit()
        .whenComplete(
            (ending, failure) ->
                run(
                    () ->
                        end(
                            ending != null
                                ? ending
                                : Ending.lost("its launcher could not tell its end: " + failure))));
  }

  private void notLaunched(String reason) {
    Optional<Cancellation> stop;
    synchronized (this) {
      if (closed) {
        // The worker is ending; the next one goes on from what is on disk.
        return;
      }
      stop = cancellation;
    }
    end(stop.isPresent() ? neverLaunched(stop.get()) : Ending.notStarted(reason));
  }

  private static Ending neverLaunched(Cancellation stop) {
    return new Ending(
        new ExitStatus.NotStarted(stop.reason()), false, Optional.of(StopKind.ASKED), "");
  }

  /**
   * Stops it, whatever it does; at once if it was never launched. On disk when this returns, if the
   * disk allows: a full disk does not keep an execution from being stopped.
   *
   * @param grace empty for that of its template
   */
  void stop(Optional<Duration> grace, String requestedBy) {
    Cancellation stop =
        new Cancellation(
            grace.or(() -> order.map(ordered -> ordered.template().grace())).orElse(Duration.ZERO),
            requestedBy);
    LaunchHandle running;
    boolean never = false;
    boolean first;
    synchronized (this) {
      if (step == Step.RECORDING || step == Step.ENDED) {
        return;
      }
      first = cancellation.isEmpty();
      if (first) {
        try {
          directory.writeCancelled(stop);
        } catch (IOException e) {
          LOG.warn(
              "execution {}: that it is to stop could not be recorded: {}", id(), e.toString());
        }
        cancellation = Optional.of(stop);
      }
      running = handle;
      if (running == null) {
        if (launching != null) {
          launching.interrupt();
        } else if (step == Step.HELD || step == Step.PREPARING) {
          never = true;
        }
      }
    }
    if (first) {
      LOG.info("execution {} is STOPPING, by request of {}", id(), requestedBy);
    }
    if (running != null) {
      running.stop(stop.grace());
    } else if (never) {
      end(neverLaunched(stop));
      return;
    }
    if (first) {
      changed.accept(id());
    }
  }

  /**
   * Finds out what became of an execution that an earlier worker process had. Called once, before
   * anything else.
   */
  void reconcile(Optional<Cancellation> recordedStop) {
    synchronized (this) {
      cancellation = recordedStop;
    }
    if (!directory.launcherWasCalled()) {
      if (recordedStop.isPresent()) {
        end(neverLaunched(recordedStop.get()));
      } else if (order.isEmpty()) {
        end(Ending.lost("its record on the worker can't be read"));
      } else {
        LOG.info("execution {} was not launched before the worker's restart", id());
      }
      return;
    }
    if (order.isEmpty()) {
      end(Ending.lost("its record on the worker can't be read"));
      return;
    }
    Optional<Launcher> launcher = surroundings.launchers().find(fresh.launcher());
    if (launcher.isEmpty()) {
      end(Ending.lost("after a restart of its worker, there is " + noLauncher()));
      return;
    }
    Reattached found;
    try {
      found = launcher.get().reattach(id(), directory.path());
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("launcher {} could not find execution {} again", fresh.launcher(), id(), e);
      found = new Reattached.Unknown("its launcher failed after a restart of the worker: " + e);
    }
    if (found instanceof Reattached.Running running) {
      synchronized (this) {
        handle = running.handle();
        step = Step.RUNNING;
      }
      LOG.info("execution {} is adopted, RUNNING", id());
      observe(running.handle());
      recordedStop.ifPresent(stop -> running.handle().stop(stop.grace()));
    } else if (found instanceof Reattached.Ended over) {
      end(over.ending());
    } else if (found instanceof Reattached.NeverStarted) {
      end(
          recordedStop.isPresent()
              ? neverLaunched(recordedStop.get())
              : Ending.notStarted("its worker was restarted while it was being launched"));
    } else if (found instanceof Reattached.Unknown unknown) {
      end(Ending.lost(unknown.reason()));
    }
  }

  private String noLauncher() {
    return "no launcher '"
        + fresh.launcher()
        + "' on this worker (found: "
        + String.join(", ", surroundings.launchers().notPromised().keySet())
        + ")";
  }

  /** Records how it ended; nobody is told before that is on disk. */
  private void end(Ending ending) {
    synchronized (this) {
      if (step == Step.RECORDING || step == Step.ENDED) {
        return;
      }
      step = Step.RECORDING;
      if (pass != null) {
        pass.giveBack();
      }
    }
    ByteString stdout = ExecutionDirectory.tail(directory.stdout());
    ByteString stderr = ExecutionDirectory.tail(directory.stderr());
    record(
        new ExecutionSnapshot(
            id(),
            ExecutionState.ENDED,
            Optional.of(ending),
            stdout,
            stderr,
            fresh.ports(),
            fresh.launcher()));
  }

  private void record(ExecutionSnapshot ending) {
    try {
      directory.writeExit(StoredLaunch.encodeEnd(ending));
    } catch (IOException e) {
      LOG.warn(
          "execution {}: its end could not be recorded, and will be tried again: {}",
          id(),
          e.toString());
      surroundings.clock().schedule(RECORD_AGAIN.toNanos(), () -> run(() -> record(ending)));
      return;
    }
    try {
      directory.removeClassPath();
    } catch (IOException e) {
      LOG.warn("execution {}: its class path could not be removed: {}", id(), e.toString());
    }
    surroundings.ports().release(fresh.ports().values());
    synchronized (this) {
      ended = ending;
      step = Step.ENDED;
    }
    ending.ending().ifPresent(how -> surroundings.monitor().ended(id(), how));
    LOG.info(
        "execution {} has ENDED: {}",
        id(),
        ending.ending().map(how -> how.status() + stopWords(how) + causeWords(how)).orElseThrow());
    changed.accept(id());
  }

  private static String stopWords(Ending ending) {
    return ending.stop().map(kind -> kind == StopKind.ASKED ? ", asked" : ", forced").orElse("");
  }

  private static String causeWords(Ending ending) {
    return ending.cause().isEmpty() ? "" : " (" + ending.cause() + ")";
  }

  private void run(Runnable task) {
    try {
      surroundings.threads().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("execution {} is left as it is: the worker is ending", id());
    }
  }

  /**
   * Lets go of it, without stopping it. A launcher that has been called is waited for, so that what
   * it starts is known to it; what is not yet that far, or takes too long, is broken off.
   *
   * @param untilNanos until when a launcher is waited for before it is interrupted, as {@link
   *     System#nanoTime} tells it
   */
  void letGo(long untilNanos) {
    boolean interrupted = false;
    synchronized (this) {
      closed = true;
      boolean brokenOff = step != Step.LAUNCHING;
      if (launching != null && brokenOff) {
        launching.interrupt();
      }
      while (launching != null) {
        try {
          long left = untilNanos - System.nanoTime();
          if (!brokenOff && left <= 0) {
            LOG.warn("execution {}: launcher {} takes too long", id(), fresh.launcher());
            launching.interrupt();
            brokenOff = true;
          } else if (brokenOff) {
            wait();
          } else {
            TimeUnit.NANOSECONDS.timedWait(this, left);
          }
        } catch (InterruptedException e) {
          interrupted = true;
          launching.interrupt();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
