package io.slipway.executor;

import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An executor of the real kind, on threads of the test's JVM. */
public final class RunningExecutor implements AutoCloseable {
  private final ExecutorLife life;
  private final Thread thread;
  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  private RunningExecutor(ExecutorSettings settings, ExecutorLife.SearchTime searchTime) {
    this.life = new ExecutorLife(settings, searchTime);
    this.thread =
        new Thread(
            () -> {
              try {
                exitCode.complete(life.run().exitCode());
              } catch (InterruptedException | RuntimeException e) {
                exitCode.completeExceptionally(e);
              }
            },
            "executor-" + settings.id().number());
    thread.start();
  }

  /** Starts one. */
  public static RunningExecutor start(
      ApplicationId application,
      int number,
      int cores,
      HostPort master,
      String token,
      String driver) {
    return start(application, number, cores, master, token, driver, Duration.ofSeconds(30));
  }

  /** Starts one that looks for its driver for so long. */
  public static RunningExecutor start(
      ApplicationId application,
      int number,
      int cores,
      HostPort master,
      String token,
      String driver,
      Duration searchTime) {
    return start(
        application,
        number,
        ExecutorProfile.DEFAULT_NAME,
        cores,
        master,
        token,
        driver,
        searchTime);
  }

  /** Starts one of a profile. */
  public static RunningExecutor start(
      ApplicationId application,
      int number,
      String profile,
      int cores,
      HostPort master,
      String token,
      String driver,
      Duration searchTime) {
    return new RunningExecutor(
        new ExecutorSettings(
            application.executor(number),
            1,
            profile,
            cores,
            "127.0.0.1",
            List.of(master),
            token,
            driver.isEmpty() ? Optional.empty() : Optional.of(HostPort.parse(driver)),
            Path.of(System.getProperty("java.io.tmpdir"))),
        new ExecutorLife.SearchTime(searchTime, searchTime));
  }

  /** Waits for its end. */
  public int exitCode() throws Exception {
    return exitCode.get(30, TimeUnit.SECONDS);
  }

  /** Cuts its connections off, as if it had been killed. */
  public void kill() {
    life.close();
    thread.interrupt();
  }

  @Override
  public void close() {
    kill();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
