package io.slipway.launcher.process;

import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One running program, as its keeper sees it: from its start or its adoption until its outcome is
 * on disk.
 */
final class Execution {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String id;
  private final ExecutionFiles files;
  private final ExecutionFiles.Started process;
  private final ProcessTree tree;
  private final List<OutputPump> pumps;
  private final ScheduledExecutorService timer;
  private boolean mainEnded;
  private boolean asked;
  private boolean forced;
  private long deadlineMillis = Long.MAX_VALUE;
  private ScheduledFuture<?> force;

  Execution(
      String id,
      ExecutionFiles files,
      ExecutionFiles.Started process,
      ProcessTree tree,
      List<OutputPump> pumps,
      ScheduledExecutorService timer) {
    this.id = id;
    this.files = files;
    this.process = process;
    this.tree = tree;
    this.pumps = pumps;
    this.timer = timer;
  }

  String id() {
    return id;
  }

  ExecutionFiles files() {
    return files;
  }

  ExecutionFiles.Started process() {
    return process;
  }

  ProcessTree tree() {
    return tree;
  }

  /**
   * Asks the program to end, and kills it with all that it started at the deadline; of several
   * deadlines the earliest counts.
   *
   * @param deadline on the {@link BootClock}
   */
  synchronized void stop(long deadline) {
    if (mainEnded || deadline >= deadlineMillis) {
      return;
    }
    deadlineMillis = deadline;
    long remaining = deadline - BootClock.millis();
    if (remaining > 0 && !asked) {
      asked = true;
      // While this runs the main process isn't reaped, so the number is still its own.
      if (ProcessStat.lives(process.pid(), process.startTicks())) {
        Libc.signalGroup(process.pid(), Libc.SIGTERM);
        Libc.signalGroup(process.pid(), Libc.SIGCONT);
      }
    }
    if (force != null) {
      force.cancel(false);
    }
    force = timer.schedule(this::force, Math.max(0, remaining), TimeUnit.MILLISECONDS);
  }

  private void force() {
    synchronized (this) {
      if (mainEnded) {
        return;
      }
      forced = true;
    }
    Keeper.inBackground("kill " + id, tree::kill);
  }

  /** The main process has ended, and is not reaped before this returns. */
  synchronized void mainHasEnded() {
    mainEnded = true;
    if (force != null) {
      force.cancel(false);
    }
  }

  /**
   * Leaves nothing of the program behind but its logs and its outcome.
   *
   * @param status how the main process ended
   * @param note in words, beside the status; may be empty
   */
  Ending finish(ExitStatus status, String note) {
    tree.kill();
    pumps.forEach(OutputPump::finish);
    Ending ending = ending(status, note);
    boolean written = false;
    while (!written) {
      try {
        files.writeOutcome(ending);
        written = true;
      } catch (IOException e) {
        // Until it is on disk it isn't told: the truth must not be lost with this process.
        boolean again = files.exist();
        Keeper.log(
            id + ": the outcome can't be written, " + (again ? "trying again: " : "ever: ") + e);
        if (!again) {
          break;
        }
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    try {
      files.deleteFifos();
    } catch (IOException e) {
      Keeper.log(id + ": a FIFO can't be removed: " + e);
    }
    tree.remove();
    return ending;
  }

  private synchronized Ending ending(ExitStatus status, String note) {
    List<String> causes = new ArrayList<>();
    Optional<StopKind> stop = Optional.empty();
    if (forced && !(status instanceof ExitStatus.Exited)) {
      stop = Optional.of(StopKind.FORCED);
      causes.add(asked ? "killed when the grace of its stop was over" : "killed by a stop");
    } else if (asked || forced) {
      stop = Optional.of(StopKind.ASKED);
      causes.add("ended after it was asked to (" + Signals.name(Signals.TERM) + ")");
    }
    if (!note.isEmpty()) {
      causes.add(note);
    }
    long dropped = pumps.stream().mapToLong(OutputPump::dropped).sum();
    if (dropped > 0) {
      causes.add(dropped + " bytes of its output were dropped: the disk was full");
    }
    return new Ending(status, false, stop, String.join("; ", causes));
  }
}
