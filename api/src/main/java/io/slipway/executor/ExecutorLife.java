package io.slipway.executor;

import io.grpc.Status;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.LocateDriverRequest;
import io.slipway.proto.application.v1.LocateDriverResponse;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.TokenSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An executor from its start to its end: finds its driver, works for it, and finds it again when
 * the connection breaks. Run by one thread.
 */
final class ExecutorLife implements AutoCloseable {
  private static final Duration MASTER_PATIENCE = Duration.ofSeconds(3);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /**
   * How long a driver is looked for.
   *
   * @param first at the beginning, from when its address is known
   * @param again after a connection has broken
   */
  record SearchTime(Duration first, Duration again) {
    static final SearchTime USUAL = new SearchTime(Duration.ofSeconds(30), Duration.ofSeconds(60));
  }

  /**
   * How it ended.
   *
   * @param reason in words; empty if all went well
   */
  record Result(int exitCode, String reason) {
    static final Result DONE = new Result(0, "");
  }

  private final ExecutorSettings settings;
  private final SearchTime searchTime;
  private final Channels channels = new Channels("slipway-executor-io");
  private final ExecutorBroadcasts broadcasts;
  private final TaskThreads threads;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile LeaderChannel leader;
  private HostPort driver;
  private boolean connectedOnce;
  private long lookingSinceNanos = System.nanoTime();
  private String problem = "";

  ExecutorLife(ExecutorSettings settings, SearchTime searchTime) {
    this.settings = settings;
    this.searchTime = searchTime;
    this.driver = settings.driver().orElse(null);
    this.broadcasts = new ExecutorBroadcasts(settings.directory());
    this.threads = new TaskThreads(settings.cores(), broadcasts);
  }

  /** Works until nobody needs this executor, its driver can't be found, or it is closed. */
  Result run() throws InterruptedException {
    try {
      Result result = work();
      return closed.get() ? Result.DONE : result;
    } catch (RuntimeException e) {
      if (closed.get()) {
        return Result.DONE; // the connections are gone
      }
      throw e;
    }
  }

  private Result work() throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      DriverConnection.End end = null;
      if (driver != null) {
        DriverConnection connection =
            new DriverConnection(settings, driver, channels, threads, broadcasts);
        end = connection.run();
        if (end.closed()) {
          return Result.DONE;
        }
        problem = "the driver at " + driver + " " + end.problem();
        if (end.connected()) {
          connectedOnce = true;
          lookingSinceNanos = System.nanoTime();
          pause = FIRST_PAUSE;
        }
      }
      Result last = locate(end != null && end.refused());
      if (last != null) {
        return last;
      }
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }

  /** Asks the masters where the driver is; null unless this executor shall end. */
  private Result locate(boolean refused) throws InterruptedException {
    try {
      LocateDriverResponse answer =
          leader()
              .call(
                  ApplicationServiceGrpc.getLocateDriverMethod(),
                  LocateDriverRequest.getDefaultInstance());
      if (answer.getEnding()) {
        return Result.DONE;
      }
      if (answer.getAttempt() > settings.attempt()) {
        return Result.DONE; // this token is not the new attempt's
      }
      if (answer.getDriverAddress().isEmpty()) {
        lookingSinceNanos = System.nanoTime(); // the masters know that we wait for it
        driver = null;
        return null;
      }
      HostPort now = HostPort.parse(answer.getDriverAddress());
      boolean moved = !now.equals(driver);
      driver = now;
      if (refused && !moved) {
        return new Result(ExecutorMain.REFUSED, problem);
      }
    } catch (Refusal refusal) {
      if (refusal.code() == Status.Code.ABORTED || refusal.code() == Status.Code.NOT_FOUND) {
        return Result.DONE; // the application has ended, or gone on without us
      }
      if (!refusal.isRetryable()) {
        return new Result(ExecutorMain.REFUSED, "the masters refuse: " + refusal.getMessage());
      }
      if (refused) {
        return new Result(ExecutorMain.REFUSED, problem);
      }
      problem = problem.isEmpty() ? refusal.getMessage() : problem;
    }
    Duration limit = connectedOnce ? searchTime.again() : searchTime.first();
    if (System.nanoTime() - lookingSinceNanos > limit.toNanos()) {
      return new Result(
          connectedOnce ? ExecutorMain.DRIVER_GONE : ExecutorMain.CANT_REACH_DRIVER, problem);
    }
    return null;
  }

  private LeaderChannel leader() {
    if (leader == null) {
      leader =
          new LeaderChannel(
              channels,
              LeaderChannel.Settings.of(
                  settings.masters(),
                  TokenSource.of(settings.token()),
                  Patience.of(MASTER_PATIENCE)));
    }
    return leader;
  }

  /** Cuts all connections off, and interrupts what runs. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    // First the connections: what the interrupts below make of tasks is nobody's result.
    if (leader != null) {
      leader.close();
    }
    channels.close();
    threads.close();
    broadcasts.close();
  }
}
