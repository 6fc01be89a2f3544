package io.slipway.client.inprocess;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchHandle;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.Promise;
import io.slipway.launcher.Reattached;
import io.slipway.model.ExecutionId;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Calls the main class of a driver in this JVM, as {@code java} would: on a thread called {@code
 * main}, with the application's class loader as the context's. What only a process of its own can
 * have, the environment above all, must be right already: {@link ClientProcess} is started so.
 */
final class InProcessLauncher implements Launcher {
  private static final String MARKER = "launcher/in-process";

  private final Executor mainThread;
  private final Map<ExecutionId, InProcessHandle> launched = new HashMap<>();
  private final Set<ExecutionId> ruledOut = new HashSet<>();

  /**
   * Makes a launcher.
   *
   * @param mainThread runs what a main thread does
   */
  InProcessLauncher(Executor mainThread) {
    this.mainThread = mainThread;
  }

  /** A thread as {@code java} has for its main class, in a group of its own. */
  static void onNewThread(Runnable work) {
    new Thread(new ThreadGroup("main"), work, "main").start();
  }

  @Override
  public LaunchHandle launch(LaunchSpec spec, Path directory)
      throws LaunchException, InterruptedException {
    if (Thread.interrupted()) {
      rule(spec.executionId());
      throw new InterruptedException("the launch was stopped");
    }
    if (!(spec.command() instanceof Command.Jvm jvm)) {
      throw refused(spec, "launcher in-process runs Java main classes, not programs");
    }
    if (!spec.options().isEmpty()) {
      throw refused(
          spec, "launcher in-process knows no option '" + spec.options().firstKey() + "'");
    }
    if (spec.user().isPresent()) {
      throw refused(
          spec,
          "launcher in-process can't run as another user ('" + spec.user().orElseThrow() + "')");
    }
    ClassLoader classes = classes(jvm.classPath());
    MainMethod main;
    try {
      main = MainMethod.find(jvm.mainClass(), classes);
    } catch (LaunchException e) {
      rule(spec.executionId());
      throw e;
    }
    InProcessHandle handle = new InProcessHandle(main, jvm.arguments(), classes);
    synchronized (this) {
      if (ruledOut.contains(spec.executionId()) || launched.containsKey(spec.executionId())) {
        throw new LaunchException(spec.executionId() + " has been launched, or stopped, before");
      }
      mark(spec.executionId(), directory);
      launched.put(spec.executionId(), handle);
    }
    mainThread.execute(handle::run);
    return handle;
  }

  private LaunchException refused(LaunchSpec spec, String reason) {
    rule(spec.executionId());
    return new LaunchException(reason);
  }

  private synchronized void rule(ExecutionId id) {
    if (!launched.containsKey(id)) {
      ruledOut.add(id);
    }
  }

  /** Leaves a sign for a launcher of a later process, where there is a place for it. */
  private static void mark(ExecutionId id, Path directory) throws LaunchException {
    Path marker = directory.resolve(MARKER);
    try {
      if (Files.isDirectory(marker.getParent())) {
        Files.createFile(marker);
      }
    } catch (FileAlreadyExistsException e) {
      throw new LaunchException(id + " has been launched before", e);
    } catch (IOException e) {
      throw new LaunchException(marker + " can't be written: " + e.getMessage(), e);
    }
  }

  /** This JVM's own classes where its class path is the wanted one; else a loader for it. */
  private static ClassLoader classes(List<Path> classPath) throws LaunchException {
    Set<Path> own = new HashSet<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      own.add(Path.of(entry).toAbsolutePath().normalize());
    }
    List<URL> urls = new ArrayList<>();
    try {
      for (Path entry : classPath) {
        urls.add(entry.toUri().toURL());
      }
    } catch (MalformedURLException e) {
      throw new LaunchException("class path " + classPath + ": " + e.getMessage(), e);
    }
    return own.containsAll(classPath)
        ? ClassLoader.getSystemClassLoader()
        : new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @Override
  public synchronized Reattached reattach(ExecutionId id, Path directory) {
    InProcessHandle handle = launched.get(id);
    if (handle != null) {
      return Optional.ofNullable(handle.ending())
          .<Reattached>map(Reattached.Ended::new)
          .orElseGet(() -> new Reattached.Running(handle));
    }
    ruledOut.add(id);
    return Files.exists(directory.resolve(MARKER))
        ? new Reattached.Unknown("the process in which it ran is gone")
        : new Reattached.NeverStarted();
  }

  @Override
  public Set<Promise> notPromised() {
    return EnumSet.allOf(Promise.class);
  }

  @Override
  public void close() {}
}
