package io.slipway.client.inprocess;

import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.ResourceUsage;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A main class that runs in this JVM. It has ended when its {@code main} has returned and the
 * threads that it left are gone, daemons apart. A stop interrupts its main thread; nothing in a JVM
 * can be forced.
 */
final class InProcessHandle implements LaunchHandle {
  private final MainMethod main;
  private final List<String> arguments;
  private final ClassLoader classes;
  private final CompletableFuture<Ending> exit = new CompletableFuture<>();
  private Thread thread;
  private boolean stopped;
  private Throwable thrown;

  InProcessHandle(MainMethod main, List<String> arguments, ClassLoader classes) {
    this.main = main;
    this.arguments = arguments;
    this.classes = classes;
  }

  /** What the main thread does. */
  void run() {
    Throwable failure = call();
    if (failure != null) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, failure);
    }
    awaitThreads();
    complete();
  }

  /** Calls {@code main} on this thread; returns what it threw, without our own stack frames. */
  Throwable call() {
    synchronized (this) {
      thread = Thread.currentThread();
      if (stopped) {
        thread.interrupt();
      }
    }
    thread.setContextClassLoader(classes);
    try {
      main.call(arguments.toArray(String[]::new));
      return null;
    } catch (Throwable failure) { // as the JVM itself does with what leaves main
      synchronized (this) {
        thrown = failure;
      }
      OwnFrames.strip(failure);
      return failure;
    }
  }

  private void complete() {
    Optional<StopKind> stop;
    int code;
    synchronized (this) {
      stop = stopped ? Optional.of(StopKind.ASKED) : Optional.empty();
      code = thrown == null ? 0 : 1;
      thread = null;
    }
    exit.complete(new Ending(new ExitStatus.Exited(code), false, stop, ""));
  }

  /** Waits for the threads of this one's group, as a JVM does before it ends. */
  private static void awaitThreads() {
    Thread own = Thread.currentThread();
    ThreadGroup group = own.getThreadGroup();
    boolean interrupted = false;
    for (Thread other = next(group, own); other != null; other = next(group, own)) {
      try {
        other.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      own.interrupt();
    }
  }

  private static Thread next(ThreadGroup group, Thread own) {
    Thread[] all = new Thread[group.activeCount() + 16];
    int count = group.enumerate(all);
    for (int i = 0; i < count; i++) {
      if (all[i] != own && !all[i].isDaemon()) {
        return all[i];
      }
    }
    return null;
  }

  /** Null while it runs. */
  Ending ending() {
    return exit.getNow(null);
  }

  @Override
  public CompletionStage<Ending> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public synchronized void stop(Duration grace) {
    if (!exit.isDone()) {
      stopped = true;
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  @Override
  public ResourceUsage usage() {
    return ResourceUsage.UNKNOWN;
  }

  @Override
  public OptionalLong processId() {
    return OptionalLong.of(ProcessHandle.current().pid());
  }
}
