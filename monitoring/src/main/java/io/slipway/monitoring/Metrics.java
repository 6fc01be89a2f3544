package io.slipway.monitoring;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The metrics of one program, those of its JVM among them. Names are written with dots, without
 * their unit; what is served has underscores and the unit. Labels are pairs of key and value. A
 * metric is made once, when the program starts, so that it is served from the first time on. Safe
 * for use by several threads.
 */
public final class Metrics {
  private static final Duration[] SHORT = durations(0.0001, 0.001, 0.01, 0.1, 1, 10);
  private static final Duration[] LONG = durations(0.1, 0.5, 1, 5, 10, 60, 600, 3600);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** The library holds what it reads weakly. */
  private final Queue<Object> kept = new ConcurrentLinkedQueue<>();

  /** Begins with those of the JVM. */
  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    counter("process.cpu", "seconds", "Processor time that the process has used", Metrics::cpu);
    gauge(
        "process.resident.memory",
        "bytes",
        "Memory of the machine that the process occupies",
        Metrics::residentBytes);
  }

  private static double cpu() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getProcessCpuTime() / 1e9
        : Double.NaN;
  }

  private static double residentBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> 1024.0 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException | UncheckedIOException e) {
      return Double.NaN;
    }
  }

  private static Duration[] durations(double... seconds) {
    return DoubleStream.of(seconds)
        .mapToObj(each -> Duration.ofNanos(Math.round(each * 1e9)))
        .toArray(Duration[]::new);
  }

  /** A value that may rise and fall, read whenever somebody asks for the metrics. */
  public void gauge(String name, String unit, String help, DoubleSupplier value, String... labels) {
    Gauge.builder(name, value::getAsDouble)
        .baseUnit(unit.isEmpty() ? null : unit)
        .description(help)
        .tags(Tags.of(labels))
        .register(registry);
  }

  /** A value that only grows while the program runs, read whenever somebody asks. */
  public void counter(
      String name, String unit, String help, DoubleSupplier value, String... labels) {
    FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
        .baseUnit(unit.isEmpty() ? null : unit)
        .description(help)
        .tags(Tags.of(labels))
        .register(registry);
    kept.add(value);
  }

  /** Counts what happens. */
  public Counter counter(String name, String help, String... labels) {
    return Counter.builder(name).description(help).tags(Tags.of(labels)).register(registry);
  }

  /** Durations of what a program does by itself: from a tenth of a millisecond to ten seconds. */
  public Timer shortTimer(String name, String help, String... labels) {
    return timer(name, help, SHORT, labels);
  }

  /** Durations of what others do, or wait for: from a tenth of a second to an hour. */
  public Timer longTimer(String name, String help, String... labels) {
    return timer(name, help, LONG, labels);
  }

  private Timer timer(String name, String help, Duration[] buckets, String... labels) {
    return Timer.builder(name)
        .description(help)
        .serviceLevelObjectives(buckets)
        .tags(Tags.of(labels))
        .register(registry);
  }

  /** All of them, in Prometheus' text format 0.0.4. */
  String scrape() {
    return registry.scrape();
  }
}
