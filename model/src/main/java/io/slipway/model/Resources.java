package io.slipway.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Immutable amounts of what a machine has and a process needs.
 *
 * @param cores whole cores, not negative
 * @param memoryBytes bytes of memory, not negative
 * @param custom amounts of other resources by name, such as {@code gpu}; each positive
 */
public record Resources(int cores, long memoryBytes, SortedMap<String, Long> custom) {
  /** Nothing at all. */
  public static final Resources NONE = new Resources(0, 0);

  /** Checks and copies. */
  public Resources {
    if (cores < 0 || memoryBytes < 0) {
      throw new IllegalArgumentException(
          "negative resources: " + cores + " cores, " + memoryBytes + " bytes");
    }
    for (Map.Entry<String, Long> entry : custom.entrySet()) {
      if (entry.getKey().isBlank() || entry.getValue() <= 0) {
        throw new IllegalArgumentException(
            "resource '" + entry.getKey() + "' with amount " + entry.getValue());
      }
    }
    custom =
        custom.isEmpty()
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(custom));
  }

  /** Cores and memory alone. */
  public Resources(int cores, long memoryBytes) {
    this(cores, memoryBytes, Collections.emptySortedMap());
  }

  /** The sum. */
  public Resources plus(Resources other) {
    return new Resources(
        Math.addExact(cores, other.cores),
        Math.addExact(memoryBytes, other.memoryBytes),
        combine(other, 1));
  }

  /**
   * The difference.
   *
   * @throws IllegalArgumentException if it would be negative anywhere
   */
  public Resources minus(Resources other) {
    return new Resources(cores - other.cores, memoryBytes - other.memoryBytes, combine(other, -1));
  }

  private SortedMap<String, Long> combine(Resources other, int sign) {
    if (other.custom.isEmpty()) {
      return custom;
    }
    SortedMap<String, Long> result = new TreeMap<>(custom);
    other.custom.forEach((name, amount) -> result.merge(name, sign * amount, Math::addExact));
    result.values().removeIf(amount -> amount == 0);
    return result;
  }

  /** Whether a machine with this much free has room for {@code wanted}. */
  public boolean fits(Resources wanted) {
    if (wanted.cores > cores || wanted.memoryBytes > memoryBytes) {
      return false;
    }
    for (Map.Entry<String, Long> entry : wanted.custom.entrySet()) {
      if (custom.getOrDefault(entry.getKey(), 0L) < entry.getValue()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return cores
        + (cores == 1 ? " core, " : " cores, ")
        + ByteSize.format(memoryBytes)
        + (custom.isEmpty() ? "" : ", " + custom);
  }
}
