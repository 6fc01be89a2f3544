package io.slipway.master.scheduling;

import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.RowListener;
import io.slipway.model.ApplicationId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that waits for resources, in queues of one signature each: what a round costs depends on how
 * many different things are waited for, and not on how many wait.
 */
final class WaitingQueue implements RowListener {
  private final ClusterState state;
  private final Set<ApplicationId> stale = new LinkedHashSet<>();
  private final Map<ApplicationId, List<Demand>> byApplication = new HashMap<>();
  private final Map<Demand.Signature, TreeMap<Demand.Place, Demand>> bySignature = new HashMap<>();

  WaitingQueue(ClusterState state) {
    this.state = state;
  }

  @Override
  public void applicationChanged(Application old, Application now) {
    stale.add((now != null ? now : old).id());
  }

  @Override
  public void executionChanged(Execution old, Execution now) {
    Execution any = now != null ? now : old;
    if (!any.isDriver()) {
      stale.add(any.id().application());
    }
  }

  /** Brings the queues up to date with the tables. */
  void refresh() {
    for (ApplicationId id : stale) {
      List<Demand> demands =
          state.application(id).map(row -> Demand.of(state, row)).orElse(List.of());
      List<Demand> old =
          demands.isEmpty() ? byApplication.remove(id) : byApplication.put(id, demands);
      if (demands.equals(old)) {
        continue;
      }
      if (old != null) {
        old.forEach(this::remove);
      }
      for (Demand demand : demands) {
        bySignature
            .computeIfAbsent(demand.signature(), signature -> new TreeMap<>())
            .put(demand.place(), demand);
      }
    }
    stale.clear();
  }

  private void remove(Demand demand) {
    TreeMap<Demand.Place, Demand> queue = bySignature.get(demand.signature());
    queue.remove(demand.place());
    if (queue.isEmpty()) {
      bySignature.remove(demand.signature());
    }
  }

  /** The first of every signature, in queue order. */
  PriorityQueue<Demand> heads() {
    PriorityQueue<Demand> heads = new PriorityQueue<>((a, b) -> a.place().compareTo(b.place()));
    for (TreeMap<Demand.Place, Demand> queue : bySignature.values()) {
      heads.add(queue.firstEntry().getValue());
    }
    return heads;
  }

  /** The first of a signature after a place, or null. */
  Demand next(Demand demand) {
    TreeMap<Demand.Place, Demand> queue = bySignature.get(demand.signature());
    Map.Entry<Demand.Place, Demand> next = queue == null ? null : queue.higherEntry(demand.place());
    return next == null ? null : next.getValue();
  }

  /** What an application waits for. */
  List<Demand> of(ApplicationId id) {
    return byApplication.getOrDefault(id, List.of());
  }

  /** How many applications wait. */
  int applications() {
    return byApplication.size();
  }

  /** How many applications stand before a place, and it itself: 1 for the first. */
  int position(Demand.Place place) {
    return 1
        + (int)
            byApplication.values().stream()
                .filter(demands -> demands.get(0).place().compareTo(place) < 0)
                .count();
  }
}
