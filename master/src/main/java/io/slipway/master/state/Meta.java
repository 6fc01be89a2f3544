package io.slipway.master.state;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What there is one of in a cluster.
 *
 * @param clusterId random, from the first fact of the first master; empty before
 * @param clusterKey random, 32 bytes, never leaves the masters; application tokens are made with it
 * @param incarnation grows when a cluster is restored from a backup
 * @param term of the leadership that decided last
 * @param moment of the last round
 * @param number of the last round; the first is 1
 * @param featureLevel the newest kinds of facts and decisions that may be written
 * @param nextSequence the place in submission order of the next application
 * @param days the highest application number by day ({@code yyyyMMdd}); the last few days
 * @param settings those of the last leader
 */
public record Meta(
    String clusterId,
    ByteString clusterKey,
    long incarnation,
    long term,
    Moment moment,
    long number,
    int featureLevel,
    long nextSequence,
    SortedMap<String, Integer> days,
    ClusterSettings settings) {
  /** Days that are remembered. */
  static final int DAYS = 8;

  /** Before the first fact. */
  public static final Meta EMPTY =
      new Meta(
          "",
          ByteString.EMPTY,
          0,
          0,
          Moment.ZERO,
          0,
          0,
          1,
          Collections.emptySortedMap(),
          ClusterSettings.DEFAULT);

  /** Copies. */
  public Meta {
    days = Collections.unmodifiableSortedMap(new TreeMap<>(days));
  }

  Meta round(long newTerm, long newNumber, Moment newMoment) {
    return new Meta(
        clusterId,
        clusterKey,
        incarnation,
        newTerm,
        newMoment,
        newNumber,
        featureLevel,
        nextSequence,
        days,
        settings);
  }

  Meta led(Fact.Leading leading) {
    return new Meta(
        clusterId.isEmpty() ? leading.clusterId() : clusterId,
        clusterId.isEmpty() ? leading.clusterKey() : clusterKey,
        Math.max(1, incarnation),
        term,
        moment,
        number,
        leading.featureLevel(),
        nextSequence,
        days,
        leading.settings());
  }

  Meta submitted(String day, int dayNumber) {
    SortedMap<String, Integer> counted = new TreeMap<>(days);
    counted.merge(day, dayNumber, Math::max);
    while (counted.size() > DAYS) {
      String first = counted.firstKey();
      counted.remove(first.equals(day) ? counted.lastKey() : first);
    }
    return new Meta(
        clusterId,
        clusterKey,
        incarnation,
        term,
        moment,
        number,
        featureLevel,
        nextSequence + 1,
        counted,
        settings);
  }
}
