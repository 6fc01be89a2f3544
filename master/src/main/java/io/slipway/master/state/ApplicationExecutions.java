package io.slipway.master.state;

import io.slipway.model.ExecutionState;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The executions of one application: an index over the table of executions. */
public final class ApplicationExecutions {
  static final ApplicationExecutions NONE = new ApplicationExecutions();

  private final TreeMap<Integer, Execution> drivers = new TreeMap<>();
  private final TreeMap<Integer, Execution> executors = new TreeMap<>();
  private final TreeSet<Integer> endedExecutors = new TreeSet<>();
  private final TreeSet<Integer> pendingExecutors = new TreeSet<>();
  private final Map<String, Integer> wantedByProfile = new HashMap<>();
  private int wanted;
  private int running;
  private int activeCores;
  private int activeDrivers;

  ApplicationExecutions() {}

  void changed(Execution old, Execution now) {
    if (old != null) {
      count(old, -1);
      if (now == null) {
        (old.isDriver() ? drivers : executors).remove(old.id().number());
      }
    }
    if (now != null) {
      (now.isDriver() ? drivers : executors).put(now.id().number(), now);
      count(now, 1);
    }
  }

  private void count(Execution row, int sign) {
    if (row.isDriver()) {
      activeDrivers += row.active() ? sign : 0;
      return;
    }
    int number = row.id().number();
    if (row.wanted()) {
      wanted += sign;
      wantedByProfile.merge(row.profile(), sign, Integer::sum);
    }
    if (row.active()) {
      activeCores += sign * row.reserved().cores();
    } else {
      mark(endedExecutors, number, sign);
    }
    if (row.state() == ExecutionState.RUNNING) {
      running += sign;
    } else if (row.state() == ExecutionState.PENDING) {
      mark(pendingExecutors, number, sign);
    }
  }

  private static void mark(TreeSet<Integer> numbers, int number, int sign) {
    if (sign > 0) {
      numbers.add(number);
    } else {
      numbers.remove(number);
    }
  }

  boolean isEmpty() {
    return drivers.isEmpty() && executors.isEmpty();
  }

  /** Driver attempts by number. */
  public NavigableMap<Integer, Execution> drivers() {
    return Collections.unmodifiableNavigableMap(drivers);
  }

  /** Executors by number, the newest of the ended ones among them. */
  public NavigableMap<Integer, Execution> executors() {
    return Collections.unmodifiableNavigableMap(executors);
  }

  /** Numbers of executors that are reserved and not ordered, ascending. */
  public Collection<Integer> pending() {
    return Collections.unmodifiableCollection(pendingExecutors);
  }

  /** Numbers of ended executors that are still remembered, ascending. */
  Collection<Integer> ended() {
    return endedExecutors;
  }

  /** How many executors of a profile count towards its target. */
  public int wanted(String profile) {
    return wantedByProfile.getOrDefault(profile, 0);
  }

  /** How many executors count towards targets. */
  public int wanted() {
    return wanted;
  }

  /** How many executors run. */
  public int running() {
    return running;
  }

  /** How many executors have not ended. */
  public int activeExecutors() {
    return executors.size() - endedExecutors.size();
  }

  /** Cores that are allocated for executors. */
  public int activeCores() {
    return activeCores;
  }

  /** Whether neither driver nor executor is left. */
  public boolean over() {
    return activeDrivers == 0 && activeExecutors() == 0;
  }
}
