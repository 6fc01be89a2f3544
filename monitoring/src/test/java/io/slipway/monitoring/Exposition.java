package io.slipway.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.HostPort;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.walkers.CollectorPrometheusMetricsWalker;

/** Metrics as they are served, read by a parser that is not ours. */
public final class Exposition {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final String text;
  private final SortedMap<String, MetricFamily> families = new TreeMap<>();

  /** Reads a text. */
  public Exposition(String text) {
    this.text = text;
    CollectorPrometheusMetricsWalker walker = new CollectorPrometheusMetricsWalker();
    new TextPrometheusMetricsProcessor(new ByteArrayInputStream(text.getBytes(UTF_8)), walker)
        .walk();
    for (MetricFamily family : walker.getAllMetricFamilies()) {
      assertThat(families.put(family.getName(), family)).as(family.getName()).isNull();
    }
  }

  /** Asks a program for its metrics. */
  public static Exposition of(HostPort address) throws IOException, InterruptedException {
    HttpResponse<String> response = get(address, "/metrics");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    return new Exposition(response.body());
  }

  /** One GET. */
  public static HttpResponse<String> get(HostPort address, String path)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder().GET(), address, path);
  }

  static HttpResponse<String> send(HttpRequest.Builder request, HostPort address, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            request.uri(URI.create("http://" + address + path)).timeout(PATIENCE).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** The families, by name. */
  public SortedMap<String, MetricFamily> families() {
    return families;
  }

  /** The value of a gauge or counter, or the count of a histogram. */
  public double value(String name, String... labels) {
    Map<String, String> wanted = new LinkedHashMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      wanted.put(labels[i], labels[i + 1]);
    }
    assertThat(families).containsKey(name);
    Metric found =
        families.get(name).getMetrics().stream()
            .filter(metric -> metric.getLabels().equals(wanted))
            .findFirst()
            .orElseThrow(() -> new AssertionError(name + wanted + " is not in\n" + text));
    if (found instanceof Gauge gauge) {
      return gauge.getValue();
    }
    if (found instanceof Counter counter) {
      return counter.getValue();
    }
    return ((Histogram) found).getSampleCount();
  }

  /** Checks that names, units and descriptions follow Prometheus' conventions. */
  public Exposition followsConventions() throws IOException, InterruptedException {
    assertThat(text).endsWith("\n");
    families.forEach(
        (name, family) -> {
          assertThat(name).matches("[a-z][a-z0-9_]*").doesNotContain("__");
          assertThat(name).doesNotMatch(".*_(ns|ms|millis|milliseconds|kb|mb|kilobytes)(_.*)?");
          assertThat(family.getHelp()).as(name).isNotBlank();
          switch (family.getType()) {
            case COUNTER -> assertThat(name).endsWith("_total");
            case GAUGE -> assertThat(name).doesNotEndWith("_total");
            case HISTOGRAM -> assertThat(name).endsWith("_seconds");
            case SUMMARY -> throw new AssertionError(name + " is a summary");
          }
          family
              .getMetrics()
              .forEach(
                  metric ->
                      assertThat(metric.getLabels().keySet())
                          .allMatch(label -> label.matches("[a-z][a-z0-9_]*")));
        });
    Optional<Path> promtool = promtool();
    if (promtool.isPresent()) {
      checkWith(promtool.get());
    }
    return this;
  }

  /** Prometheus' own tool, where it is installed. */
  static Optional<Path> promtool() {
    return List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
        .map(directory -> Path.of(directory, "promtool"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private void checkWith(Path promtool) throws IOException, InterruptedException {
    Path input = Files.createTempFile("slipway-metrics", ".txt");
    try {
      Files.writeString(input, text);
      Process process =
          new ProcessBuilder(promtool.toString(), "check", "metrics")
              .redirectInput(input.toFile())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(output.lines().filter(line -> line.contains(" slipway_"))).isEmpty();
      assertThat(output.lines().filter(line -> line.startsWith("slipway_"))).isEmpty();
      assertThat(process.exitValue()).as(output).isNotEqualTo(1);
    } finally {
      Files.delete(input);
    }
  }

  /** Compares all that is served with a section of a document: name, type and labels. */
  public void isDocumentedIn(Path document, String section) throws IOException {
    assertThat(described()).isEqualTo(documented(Files.readString(document), section));
  }

  private SortedMap<String, String> described() {
    SortedMap<String, String> described = new TreeMap<>();
    families.forEach(
        (name, family) ->
            described.put(
                name,
                family.getType().toString().toLowerCase(java.util.Locale.ROOT)
                    + " "
                    + family.getMetrics().stream()
                        .flatMap(metric -> metric.getLabels().keySet().stream())
                        .filter(label -> !label.equals("le"))
                        .distinct()
                        .sorted()
                        .toList()));
    return described;
  }

  private static SortedMap<String, String> documented(String document, String section) {
    SortedMap<String, String> documented = new TreeMap<>();
    boolean inside = false;
    for (String line : document.lines().toList()) {
      if (line.startsWith("## ")) {
        inside = line.equals("## " + section) || line.equals("## Both");
      } else if (inside && line.startsWith("| `")) {
        String[] cells = line.split("\\|");
        String name = cells[1].strip().replace("`", "");
        String labels = cells[3].strip().replace("`", "");
        String[] parts = labels.isEmpty() ? new String[0] : labels.split(", *");
        documented.put(name, cells[2].strip() + " " + List.of(parts).stream().sorted().toList());
      }
    }
    return documented;
  }
}
