package io.slipway.master.liveness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * When somebody was heard last, in nanoseconds of elapsed time. Used by the loop's thread alone.
 *
 * @param <K> whose
 */
public final class Leases<K> {
  /** A lease that lapsed. */
  record Lapsed<K>(K key, long silentNanos) {}

  private final Map<K, Long> heard = new HashMap<>();

  /** Notes that somebody was heard now. */
  public void renew(K key, long nowNanos) {
    heard.put(key, nowNanos);
  }

  /** Forgets somebody. */
  public void remove(K key) {
    heard.remove(key);
  }

  void clear() {
    heard.clear();
  }

  /** Calls for everybody who has been silent for longer than the lease. */
  void lapsed(long nowNanos, long leaseMillis, Consumer<Lapsed<K>> each) {
    long lease = leaseMillis * 1_000_000;
    List<Lapsed<K>> found = new ArrayList<>();
    heard.forEach(
        (key, at) -> {
          if (nowNanos - at > lease) {
            found.add(new Lapsed<>(key, nowNanos - at));
          }
        });
    found.forEach(each);
  }
}
