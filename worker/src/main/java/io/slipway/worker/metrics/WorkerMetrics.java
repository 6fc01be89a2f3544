package io.slipway.worker.metrics;

import static java.util.Locale.ROOT;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionKind;
import io.slipway.model.ExecutionState;
import io.slipway.model.Resources;
import io.slipway.monitoring.EndingCause;
import io.slipway.monitoring.Metrics;
import io.slipway.worker.artifact.ArtifactCache;
import io.slipway.worker.execution.ExecutionMonitor;
import io.slipway.worker.execution.Executions;
import io.slipway.worker.link.MasterLink;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** The metrics of a worker, told by its executions. */
public final class WorkerMetrics implements ExecutionMonitor {
  private final Metrics metrics;
  private final Timer prepare;
  private final Timer admission;
  private final Timer launch;
  private final Map<ExecutionKind, Map<EndingCause, Counter>> ended =
      new EnumMap<>(ExecutionKind.class);

  /** Makes all of them but those of {@link #observe}. */
  public WorkerMetrics(Metrics metrics) {
    this.metrics = metrics;
    prepare = phase("prepare");
    admission = phase("admission");
    launch = phase("launch");
    for (ExecutionKind kind : ExecutionKind.values()) {
      Map<EndingCause, Counter> byCause = new EnumMap<>(EndingCause.class);
      for (EndingCause cause : EndingCause.values()) {
        byCause.put(
            cause,
            metrics.counter(
                "slipway.worker.executions.ended",
                "Drivers and executors that ended here, by cause",
                "kind",
                kind.name().toLowerCase(ROOT),
                "cause",
                cause.label()));
      }
      ended.put(kind, byCause);
    }
  }

  private Timer phase(String phase) {
    return metrics.longTimer(
        "slipway.worker.execution.launch",
        "Time that launches took here, by phase: prepare (files), admission (waiting for others"
            + " that were starting), launch (the launcher)",
        "phase",
        phase);
  }

  /** Adds what is read from the running worker. */
  public void observe(
      Executions executions, MasterLink link, ArtifactCache cache, Resources offered) {
    for (ExecutionState state : ExecutionState.values()) {
      if (state != ExecutionState.PENDING) {
        gauge(
            "slipway.worker.executions",
            "Executions that are launched here, by state; ended ones until that is acknowledged",
            () -> executions.list().stream().filter(one -> one.state() == state).count(),
            "state",
            state.name().toLowerCase(ROOT));
      }
    }
    gauge("slipway.worker.cores", "Cores that are offered", offered::cores);
    metrics.gauge("slipway.worker.memory", "bytes", "Memory that is offered", offered::memoryBytes);
    gauge(
        "slipway.worker.registered",
        "1 while a master has taken this worker, else 0",
        () -> link.isRegistered() ? 1 : 0);
    metrics.gauge(
        "slipway.worker.master.silence",
        "seconds",
        "Time since a master answered last; none before the first answer",
        link::silenceSeconds);
    metrics.counter(
        "slipway.worker.heartbeats", "", "Heartbeats that were answered", link::heartbeats);
    metrics.counter(
        "slipway.worker.master.calls.failed",
        "",
        "Calls to masters that were refused or not answered",
        link::failedCalls);
    metrics.gauge(
        "slipway.worker.artifact.cache", "bytes", "Size of the artifact cache", cache::sizeBytes);
    gauge("slipway.worker.artifact.cache.files", "Artifacts in the cache", cache::files);
    metrics.counter(
        "slipway.worker.artifact.cache.hits",
        "",
        "Artifacts that were wanted and were in the cache",
        cache::hits);
    metrics.counter(
        "slipway.worker.artifact.cache.misses",
        "",
        "Artifacts that were wanted and had to be downloaded",
        cache::misses);
    metrics.counter(
        "slipway.worker.artifact.downloaded",
        "bytes",
        "Bytes of artifacts that were downloaded",
        cache::downloadedBytes);
  }

  private void gauge(String name, String help, DoubleSupplier value, String... labels) {
    metrics.gauge(name, "", help, value, labels);
  }

  @Override
  public void prepared(ExecutionId id, long nanos) {
    prepare.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void admitted(ExecutionId id, long nanos) {
    admission.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void launched(ExecutionId id, long nanos) {
    launch.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void ended(ExecutionId id, Ending ending) {
    ended.get(id.kind()).get(EndingCause.of(ending)).increment();
  }
}
