package io.slipway.master.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A hash table of immutable rows. {@link #put} and {@link #remove} are the only ways to change it;
 * each tells the indexes, and can be undone. Its order of iteration means nothing: decisions walk
 * indexes.
 */
final class Table<K, V> {
  /** One change, with what stood there before. */
  record Undo<K, V>(Table<K, V> table, K key, V old) {
    void run() {
      table.set(key, old);
    }
  }

  private final Map<K, V> rows = new HashMap<>();
  private final Function<V, K> keyOf;
  private final List<Undo<?, ?>> undo;
  private final BiConsumer<V, V> onChange;

  /**
   * Makes an empty table.
   *
   * @param keyOf the key of a row
   * @param undo gets what each change replaced
   * @param onChange is told (old, new), either of which may be null
   */
  Table(Function<V, K> keyOf, List<Undo<?, ?>> undo, BiConsumer<V, V> onChange) {
    this.keyOf = keyOf;
    this.undo = undo;
    this.onChange = onChange;
  }

  /** The row of a key, or null. */
  V get(K key) {
    return rows.get(key);
  }

  /** The row of a key that must exist. */
  V require(K key) {
    return Objects.requireNonNull(rows.get(key), () -> "no row " + key);
  }

  void put(V row) {
    K key = keyOf.apply(row);
    undo.add(new Undo<>(this, key, set(key, row)));
  }

  void remove(K key) {
    V old = set(key, null);
    if (old != null) {
      undo.add(new Undo<>(this, key, old));
    }
  }

  int size() {
    return rows.size();
  }

  /** References to all rows, in no order. */
  List<V> copy() {
    return new ArrayList<>(rows.values());
  }

  Map<K, V> view() {
    return Collections.unmodifiableMap(rows);
  }

  private V set(K key, V row) {
    V old = row == null ? rows.remove(key) : rows.put(key, row);
    if (old != row) {
      onChange.accept(old, row);
    }
    return old;
  }
}
