package io.slipway.testing;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.model.ExecutionId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One worker's share of a launcher: it ends, when it closes, what it has launched, and waits until
 * all of it is gone; the launcher stays open for others. A worker closes its launchers when it no
 * longer speaks to a master, so nobody is told.
 */
final class EndingLauncher implements Launcher {
  private static final long GONE_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Launcher launcher;

  // Guarded by this.
  private final Set<LaunchHandle> running = new HashSet<>();
  private int launching;
  private boolean closed;

  EndingLauncher(Launcher launcher) {
    this.launcher = launcher;
  }

  @Override
  public LaunchHandle launch(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    synchronized (this) {
      if (closed) {
        throw new LaunchException("the worker is ending");
      }
      launching++;
    }
    try {
      LaunchHandle handle = launcher.launch(spec, directory);
      keep(handle);
      return handle;
    } finally {
      synchronized (this) {
        launching--;
        notifyAll();
      }
    }
  }

  private void keep(LaunchHandle handle) {
    boolean late;
    synchronized (this) {
      running.add(handle);
      late = closed;
    }
    handle.exit().whenComplete((ending, failure) -> remove(handle));
    if (late) {
      handle.stop(Duration.ZERO);
    }
  }

  private synchronized void remove(LaunchHandle handle) {
    running.remove(handle);
    notifyAll();
  }

  @Override
  public Reattached reattach(ExecutionId id, Path directory) {
    Reattached found = launcher.reattach(id, directory);
    if (found instanceof Reattached.Running it) {
      keep(it.handle());
    }
    return found;
  }

  @Override
  public Set<Promise> notPromised() {
    return launcher.notPromised();
  }

  @Override
  public Set<String> ownVariables() {
    return launcher.ownVariables();
  }

  /** Kills what runs, behind the back of the launcher. */
  void killAll() {
    Set<LaunchHandle> all;
    synchronized (this) {
      all = Set.copyOf(running);
    }
    for (LaunchHandle handle : all) {
      handle.processId().stream()
          .mapToObj(ProcessHandle::of)
          .flatMap(Optional::stream)
          .forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Override
  public void close() {
    Set<LaunchHandle> left;
    synchronized (this) {
      closed = true;
      left = Set.copyOf(running);
    }
    left.forEach(handle -> handle.stop(Duration.ZERO));
    try {
      awaitGone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void awaitGone() throws InterruptedException {
    long end = System.nanoTime() + GONE_WITHIN_NANOS;
    for (long left = GONE_WITHIN_NANOS;
        left > 0 && !(running.isEmpty() && launching == 0);
        left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
