package io.slipway.driver;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides how many executors a session needs, from what its board has to do. Knows no clock: the
 * times that it is told need only grow. For one thread.
 */
final class DemandScaling {
  /**
   * What there is to do.
   *
   * @param waiting tasks that wait in the driver
   * @param sent tasks that executors have
   * @param executors connected executors by number, each with the moment since when it has had no
   *     task, or {@link #BUSY}
   * @param cores of all connected executors together
   */
  record Load(int waiting, int sent, Map<Integer, Long> executors, int cores) {
    /** Has a task. */
    static final long BUSY = Long.MAX_VALUE;
  }

  /**
   * What to do.
   *
   * @param target how many executors are wanted in all
   * @param idle numbers of those that are to go
   */
  record Decision(int target, List<Integer> idle) {}

  private final OnDemandExecutors range;
  private final int usualCores;
  private final Set<Integer> leaving = new HashSet<>();
  private int target;
  private boolean begun;
  private boolean pressed;
  private long pressedSince;
  private boolean quiet;
  private long quietSince;

  /**
   * Begins.
   *
   * @param usualCores of one executor, while none is connected
   */
  DemandScaling(OnDemandExecutors range, int usualCores) {
    this.range = range;
    this.usualCores = usualCores;
  }

  /** What is to be done now; the target of the first decision counts even if it seems the same. */
  Decision decide(long now, Load load) {
    leaving.retainAll(load.executors().keySet());
    int there = load.executors().size() - leaving.size();
    if (!begun) {
      begun = true;
      target = Math.max(range.minimum(), Math.min(range.maximum(), there));
    }
    List<Integer> idle = List.of();
    if (load.waiting() > 0) {
      quiet = false;
      grow(now, load);
    } else {
      pressed = false;
      idle = shrink(now, load, there);
    }
    return new Decision(target, idle);
  }

  private void grow(long now, Load load) {
    if (!pressed) {
      pressed = true;
      pressedSince = now;
    }
    if (now - pressedSince >= range.backlog().toNanos()) {
      int count = load.executors().size();
      long each = count == 0 ? usualCores : Math.max(1, load.cores() / count);
      long needed = ((long) load.waiting() + load.sent() + each - 1) / each;
      target = (int) Math.max(target, Math.min(range.maximum(), needed));
    }
  }

  private List<Integer> shrink(long now, Load load, int there) {
    if (!quiet) {
      quiet = true;
      quietSince = now;
    }
    List<Integer> idle = new ArrayList<>();
    load.executors().entrySet().stream()
        .filter(one -> one.getValue() != Load.BUSY && !leaving.contains(one.getKey()))
        .filter(one -> now - one.getValue() >= range.idle().toNanos())
        .sorted(Map.Entry.comparingByValue())
        .limit(Math.max(0, there - range.minimum()))
        .forEach(one -> idle.add(one.getKey()));
    leaving.addAll(idle);
    // Those that were asked for and have not come are not needed any more either.
    if (!idle.isEmpty() || now - quietSince >= range.idle().toNanos()) {
      target = Math.min(target, Math.max(range.minimum(), there - idle.size()));
    }
    return List.copyOf(idle);
  }

  /** Executors that got a task after all stay. */
  void stay(List<Integer> numbers) {
    numbers.forEach(leaving::remove);
    target = Math.min(range.maximum(), target + numbers.size());
  }
}
