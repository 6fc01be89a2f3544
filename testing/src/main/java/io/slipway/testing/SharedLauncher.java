package io.slipway.testing;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.process.ProcessLauncherProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The launcher {@code process} of all workers of a cluster, so that there is one keeper for them
 * all. Opens beside whatever else the cluster does at its start.
 */
final class SharedLauncher implements AutoCloseable {
  private static final LauncherProvider PROVIDER = new ProcessLauncherProvider();

  private final CompletableFuture<Launcher> opened;

  /**
   * Begins to open it.
   *
   * @param directory of the cluster
   */
  SharedLauncher(Path directory) {
    opened = CompletableFuture.supplyAsync(() -> open(directory), SharedLauncher::onItsOwnThread);
  }

  private static void onItsOwnThread(Runnable task) {
    Thread thread = new Thread(task, "slipway-launcher-start");
    thread.setDaemon(true);
    thread.start();
  }

  private static Launcher open(Path cluster) {
    try {
      return PROVIDER.create(
          new LauncherSettings(
              "local",
              Files.createDirectory(cluster.resolve("launcher")),
              cluster,
              false,
              Collections.emptySortedMap()));
    } catch (IOException | LaunchException e) {
      throw new CompletionException(e);
    }
  }

  private Launcher get() throws LaunchException {
    try {
      return opened.join();
    } catch (CompletionException e) {
      throw new LaunchException(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Closes it; to be called after the workers have closed what they made of it. */
  @Override
  public void close() {
    opened.thenAccept(Launcher::close).exceptionally(failed -> null).join();
  }

  /** One worker's share. */
  final class Share implements LauncherProvider {
    private volatile EndingLauncher made;

    @Override
    public int spiVersion() {
      return PROVIDER.spiVersion();
    }

    @Override
    public String name() {
      return PROVIDER.name();
    }

    @Override
    public Launcher create(LauncherSettings settings) throws LaunchException {
      made = new EndingLauncher(get());
      return made;
    }

    /** Kills all that the worker runs. */
    void killAll() {
      EndingLauncher launcher = made;
      if (launcher != null) {
        launcher.killAll();
      }
    }
  }
}
