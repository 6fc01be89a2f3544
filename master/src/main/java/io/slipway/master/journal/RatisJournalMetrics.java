package io.slipway.master.journal;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.ratis.metrics.LongCounter;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.apache.ratis.metrics.Timekeeper;
import org.apache.ratis.server.metrics.SegmentedRaftLogMetrics;
import org.apache.ratis.util.TimeDuration;

/**
 * Measures how long the disk takes, and nothing else: nobody reads Ratis' other metrics, and its
 * usual registry costs time at start. Found by {@link java.util.ServiceLoader}, which is why it is
 * public.
 */
public final class RatisJournalMetrics extends MetricRegistries {
  private static final Timekeeper.Context STOPPED = () -> 0;

  /** Who wants to know, by the peer whose log it is. */
  private static final Map<String, LongConsumer> SYNCS = new ConcurrentHashMap<>();

  private static final LongCounter ZERO =
      new LongCounter() {
        @Override
        public void inc(long n) {}

        @Override
        public void dec(long n) {}

        @Override
        public long getCount() {
          return 0;
        }
      };

  /** Tells how long each forcing of a peer's log took; from when that peer is made. */
  static void observeSyncs(String peer, LongConsumer nanos) {
    SYNCS.put(peer, nanos);
  }

  /** The same as long as that peer's log is there. */
  static void forget(String peer) {
    SYNCS.remove(peer);
  }

  /** Called by {@link java.util.ServiceLoader}. */
  public RatisJournalMetrics() {}

  @Override
  public void clear() {}

  @Override
  public RatisMetricRegistry create(MetricRegistryInfo info) {
    return new Registry(info);
  }

  @Override
  public boolean remove(MetricRegistryInfo key) {
    return true;
  }

  @Override
  public Optional<RatisMetricRegistry> get(MetricRegistryInfo info) {
    return Optional.empty();
  }

  @Override
  public Set<MetricRegistryInfo> getMetricRegistryInfos() {
    return Set.of();
  }

  @Override
  public Collection<RatisMetricRegistry> getMetricRegistries() {
    return List.of();
  }

  @Override
  public void addReporterRegistration(
      Consumer<RatisMetricRegistry> reporter, Consumer<RatisMetricRegistry> stopReporter) {}

  @Override
  public void enableJmxReporter() {}

  @Override
  public void enableConsoleReporter(TimeDuration rate) {}

  private record Registry(MetricRegistryInfo getMetricRegistryInfo) implements RatisMetricRegistry {
    @Override
    public Timekeeper timer(String name) {
      if (!name.equals(SegmentedRaftLogMetrics.RAFT_LOG_SYNC_TIME)) {
        return () -> STOPPED;
      }
      String member = getMetricRegistryInfo.getPrefix();
      LongConsumer told = SYNCS.getOrDefault(member.substring(0, member.indexOf('@')), any -> {});
      return () -> {
        long begun = System.nanoTime();
        return () -> {
          long nanos = System.nanoTime() - begun;
          told.accept(nanos);
          return nanos;
        };
      };
    }

    @Override
    public LongCounter counter(String name) {
      return ZERO;
    }

    @Override
    public boolean remove(String name) {
      return true;
    }

    @Override
    public <T> void gauge(String name, Supplier<Supplier<T>> gaugeSupplier) {}
  }
}
