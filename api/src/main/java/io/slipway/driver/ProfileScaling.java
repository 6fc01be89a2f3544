package io.slipway.driver;

import io.slipway.model.ExecutorTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * How many executors of one profile a session asks for: a number that was said, or as many as the
 * profile's tasks need. Safe for use by several threads.
 */
final class ProfileScaling implements AutoCloseable {
  private static final long LONGEST_TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long SHORTEST_TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String profile;
  private final TaskBoard board;
  private final MasterLink masters;
  private final int usualCores;
  private ScheduledExecutorService timer;
  private ScheduledFuture<?> ticks;
  private Ticker current;
  private boolean closed;

  ProfileScaling(String profile, TaskBoard board, MasterLink masters, int usualCores) {
    this.profile = profile;
    this.board = board;
    this.masters = masters;
    this.usualCores = usualCores;
  }

  /** From now on a number, or as many as fit. */
  synchronized void fixed(ExecutorTarget target) {
    checkOpen();
    stopTicks();
    masters.setTarget(profile, target);
  }

  /** From now on as tasks need them. */
  synchronized void onDemand(OnDemandExecutors range) {
    checkOpen();
    stopTicks();
    Ticker ticker = new Ticker(new DemandScaling(range, usualCores));
    decide(ticker);
    if (timer == null) {
      timer =
          new ScheduledThreadPoolExecutor(
              1,
              task -> {
                Thread thread = new Thread(task, "slipway-scaling");
                thread.setDaemon(true);
                return thread;
              });
    }
    long shorter = Math.min(range.backlog().toNanos(), range.idle().toNanos());
    long tick = Math.max(SHORTEST_TICK_NANOS, Math.min(LONGEST_TICK_NANOS, shorter / 4));
    current = ticker;
    ticks = timer.scheduleWithFixedDelay(() -> tick(ticker), tick, tick, TimeUnit.NANOSECONDS);
  }

  /** Refuses what comes after the session's end. */
  synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "the session has been closed: executors can't be asked for any more; open another one");
    }
  }

  private static final class Ticker {
    private final DemandScaling scaling;
    private int told = -1;

    Ticker(DemandScaling scaling) {
      this.scaling = scaling;
    }
  }

  private synchronized void tick(Ticker ticker) {
    if (current == ticker) { // else something else has been said meanwhile
      decide(ticker);
    }
  }

  private void decide(Ticker ticker) {
    DemandScaling.Decision decision = ticker.scaling.decide(System.nanoTime(), board.load());
    List<Integer> leaving = board.retire(decision.idle());
    int target = decision.target();
    if (leaving.size() < decision.idle().size()) {
      List<Integer> busy = new ArrayList<>(decision.idle());
      busy.removeAll(leaving);
      ticker.scaling.stay(busy);
      target += busy.size();
    }
    if (target != ticker.told || !leaving.isEmpty()) {
      ticker.told = target;
      masters.setTargetAndRelease(profile, ExecutorTarget.of(target), leaving);
    }
  }

  private void stopTicks() {
    if (ticks != null) {
      ticks.cancel(false);
      ticks = null;
      current = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    stopTicks();
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
