package io.slipway.master.scheduling;

import io.slipway.master.state.PlacementStrategy;
import io.slipway.master.state.RowListener;
import io.slipway.master.state.Worker;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds the best worker for a shape without looking at all of them: for each shape that is asked
 * for, a bit set of workers per number of free cores, in order of worker ids. A change of one
 * worker costs one step per shape, whatever the size of the cluster.
 */
final class WorkerIndex implements RowListener {
  /** Which workers are candidates. */
  enum Room {
    /** Those with room for a unit now. */
    FREE,
    /** Those that would have room if nothing ran there. */
    CAPACITY
  }

  /** Shapes that are kept; with more, the one that was not asked for longest goes. */
  private static final int SHAPES = 128;

  /** A worker, with what has been chosen for it and is not decided yet. */
  static final class Slot {
    private Worker row;
    private int rank;
    private Resources chosen = Resources.NONE;

    private Slot(Worker row) {
      this.row = row;
    }

    Worker worker() {
      return row;
    }

    WorkerId id() {
      return row.id();
    }

    int freeCores() {
      return row.registration().capacity().cores() - row.allocated().cores() - chosen.cores();
    }

    private boolean fits(Resources unit) {
      Resources capacity = row.registration().capacity();
      Resources allocated = row.allocated();
      if (unit.cores() > freeCores()
          || unit.memoryBytes()
              > capacity.memoryBytes() - allocated.memoryBytes() - chosen.memoryBytes()) {
        return false;
      }
      for (Map.Entry<String, Long> entry : unit.custom().entrySet()) {
        String name = entry.getKey();
        long free =
            capacity.custom().getOrDefault(name, 0L)
                - allocated.custom().getOrDefault(name, 0L)
                - chosen.custom().getOrDefault(name, 0L);
        if (free < entry.getValue()) {
          return false;
        }
      }
      return true;
    }
  }

  private record Key(Shape shape, Room room) {}

  /** The candidates of one shape, by free cores. */
  private static final class Candidates {
    private final Key key;

    /** By free cores; null where no worker ever had so many free. */
    private final List<BitSet> levels = new ArrayList<>();

    private final BitSet occupied = new BitSet();
    private int[] counts = new int[0];
    private final int[] levelOf;

    Candidates(Key key, int workers) {
      this.key = key;
      levelOf = new int[workers];
      Arrays.fill(levelOf, -1);
    }

    void update(Slot slot) {
      int level = level(slot);
      int old = levelOf[slot.rank];
      if (level == old) {
        return;
      }
      if (old >= 0) {
        levels.get(old).clear(slot.rank);
        if (--counts[old] == 0) {
          occupied.clear(old);
        }
      }
      if (level >= 0) {
        while (levels.size() <= level) {
          levels.add(null);
        }
        if (levels.get(level) == null) {
          levels.set(level, new BitSet(levelOf.length));
        }
        if (counts.length < levels.size()) {
          counts = Arrays.copyOf(counts, levels.size());
        }
        levels.get(level).set(slot.rank);
        if (counts[level]++ == 0) {
          occupied.set(level);
        }
      }
      levelOf[slot.rank] = level;
    }

    private int level(Slot slot) {
      if (!slot.row.usable()) {
        return -1;
      }
      boolean candidate =
          switch (key.room()) {
            case FREE ->
                slot.fits(key.shape().unit())
                    && (key.shape().launcher().isEmpty()
                        || slot.row
                            .registration()
                            .launchers()
                            .contains(key.shape().launcher().get()));
            case CAPACITY -> key.shape().possibleOn(slot.row);
          };
      return candidate ? Math.max(0, slot.freeCores()) : -1;
    }

    Slot best(PlacementStrategy strategy, List<Slot> byRank, Predicate<Slot> refused) {
      boolean spread = strategy == PlacementStrategy.SPREAD;
      int level = spread ? occupied.length() - 1 : occupied.nextSetBit(0);
      while (level >= 0) {
        BitSet ranks = levels.get(level);
        for (int rank = ranks.nextSetBit(0); rank >= 0; rank = ranks.nextSetBit(rank + 1)) {
          Slot slot = byRank.get(rank);
          if (!refused.test(slot)) {
            return slot;
          }
        }
        level = spread ? occupied.previousSetBit(level - 1) : occupied.nextSetBit(level + 1);
      }
      return null;
    }
  }

  private final Map<WorkerId, Slot> slots = new HashMap<>();
  private final List<Slot> byRank = new ArrayList<>();
  private final Map<Key, Candidates> candidates =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Candidates> eldest) {
          return size() > SHAPES;
        }
      };
  private final List<Slot> chosenSlots = new ArrayList<>();
  private boolean ranked = true;

  @Override
  public void workerChanged(Worker old, Worker now) {
    if (old == null) {
      Slot slot = new Slot(now);
      slots.put(now.id(), slot);
      byRank.add(-1 - find(now.id()), slot);
      ranked = false;
    } else if (now == null) {
      byRank.remove(find(old.id()));
      slots.remove(old.id());
      ranked = false;
    } else {
      Slot slot = slots.get(now.id());
      slot.row = now;
      if (ranked) {
        update(slot);
      }
    }
  }

  private int find(WorkerId id) {
    int low = 0;
    int high = byRank.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = byRank.get(middle).id().compareTo(id);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  private void update(Slot slot) {
    for (Candidates each : candidates.values()) {
      each.update(slot);
    }
  }

  /**
   * The best worker for a unit, or null if none has room.
   *
   * @param refused workers that are not wanted
   */
  Slot best(Shape shape, Room room, PlacementStrategy strategy, Predicate<Slot> refused) {
    if (!ranked) {
      for (int rank = 0; rank < byRank.size(); rank++) {
        byRank.get(rank).rank = rank;
      }
      candidates.clear();
      ranked = true;
    }
    Key key = new Key(shape, room);
    Candidates found = candidates.get(key);
    if (found == null) {
      found = new Candidates(key, byRank.size());
      for (Slot slot : byRank) {
        found.update(slot);
      }
      candidates.put(key, found);
    }
    return found.best(strategy, byRank, refused);
  }

  /** Counts resources as taken until {@link #decided} or {@link #giveUp}. */
  void choose(Slot slot, Resources resources) {
    slot.chosen = slot.chosen.plus(resources);
    chosenSlots.add(slot);
    update(slot);
  }

  /** What was chosen is going to be applied at once: the rows will tell. */
  void decided() {
    chosenSlots.forEach(slot -> slot.chosen = Resources.NONE);
    chosenSlots.clear();
  }

  /** What was chosen will not be. */
  void giveUp() {
    for (Slot slot : chosenSlots) {
      slot.chosen = Resources.NONE;
      update(slot);
    }
    chosenSlots.clear();
  }
}
