package io.slipway.monitoring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Timer;
import io.slipway.model.HostPort;
import io.slipway.rpc.ListenException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MonitoringPortTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<String>> unready = new AtomicReference<>(Optional.empty());
  private final Metrics metrics = new Metrics();
  private MonitoringPort port;

  @BeforeEach
  void open() throws Exception {
    port = MonitoringPort.open(ANY, false, metrics, new Health(trouble::get, unready::get));
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void health_withoutTrouble_isOk() throws Exception {
    for (String path : new String[] {"/healthz", "/readyz"}) {
      HttpResponse<String> response = Exposition.get(port.address(), path);

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("ok\n");
    }
  }

  @Test
  void ready_whileItDoesNoWork_saysWhyAndIsAliveAllTheSame() throws Exception {
    unready.set(Optional.of("no master has taken this worker"));

    HttpResponse<String> ready = Exposition.get(port.address(), "/readyz");

    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).isEqualTo("no master has taken this worker\n");
    assertThat(Exposition.get(port.address(), "/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void metrics_ofEveryKind_areServedByPrometheusConventions() throws Exception {
    Timer timer = metrics.shortTimer("slipway.test.work", "Work", "phase", "first");
    metrics.counter("slipway.test.things", "Things", "kind", "a \"b\" \\ \n c").increment(3);
    metrics.counter("slipway.test.read", "bytes", "Bytes read", () -> 17);
    metrics.gauge("slipway.test.memory", "bytes", "Memory", () -> 5);
    timer.record(Duration.ofMillis(5));

    Exposition exposition = Exposition.of(port.address()).followsConventions();

    assertThat(exposition.value("slipway_test_work_seconds", "phase", "first")).isEqualTo(1);
    assertThat(exposition.value("slipway_test_things_total", "kind", "a \"b\" \\ \n c"))
        .isEqualTo(3);
    assertThat(exposition.value("slipway_test_read_bytes_total")).isEqualTo(17);
    assertThat(exposition.value("slipway_test_memory_bytes")).isEqualTo(5);
    assertThat(exposition.value("process_uptime_seconds")).isPositive();
  }

  @Test
  void otherPaths_areNotFound() throws Exception {
    for (String path : new String[] {"/", "/other", "/metricsandmore", "/healthz/more"}) {
      assertThat(Exposition.get(port.address(), path).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void otherMethods_areRefused() throws Exception {
    HttpResponse<String> posted =
        Exposition.send(
            HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString("x")),
            port.address(),
            "/metrics");
    HttpResponse<String> head =
        Exposition.send(
            HttpRequest.newBuilder().method("HEAD", HttpRequest.BodyPublishers.noBody()),
            port.address(),
            "/healthz");

    assertThat(posted.statusCode()).isEqualTo(405);
    assertThat(posted.headers().firstValue("Allow")).hasValue("GET, HEAD");
    assertThat(head.statusCode()).isEqualTo(200);
  }

  @Test
  void clientsThatSayNothing_keepNobodyWaiting() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket one = new Socket(port.address().host(), port.address().port());
        silent.add(one);
        one.getOutputStream().write("GET /hea".getBytes(US_ASCII));
      }

      assertThat(Exposition.get(port.address(), "/healthz").statusCode()).isEqualTo(200);

      for (Socket one : silent) {
        one.setSoTimeout(1);
        assertThatThrownBy(() -> one.getInputStream().read())
            .as("none had been given up when the answer came")
            .isInstanceOf(SocketTimeoutException.class);
      }
    } finally {
      for (Socket one : silent) {
        one.close();
      }
    }
  }

  @Test
  void requestsWithoutEnd_areCutOff() throws Exception {
    byte[] words = "x".repeat(1 << 20).getBytes(US_ASCII);
    for (String beginning : List.of("GET /", "GET / HTTP/1.1\r\nX: ")) {
      try (Socket one = new Socket(port.address().host(), port.address().port())) {
        one.getOutputStream().write(beginning.getBytes(US_ASCII));

        assertThatThrownBy(
                () -> {
                  while (true) {
                    one.getOutputStream().write(words);
                  }
                })
            .isInstanceOf(SocketException.class);
      }
    }
    assertThat(Exposition.get(port.address(), "/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void open_beyondLoopbackWithoutLeave_isRefused() {
    assertThatThrownBy(
            () ->
                MonitoringPort.open(
                    new HostPort("0.0.0.0", 0),
                    false,
                    metrics,
                    new Health(Optional::empty, Optional::empty)))
        .isInstanceOf(ListenException.class)
        .hasMessageContaining("--insecure");
  }

  @Test
  void open_onATakenPort_saysWhich() {
    assertThatThrownBy(
            () ->
                MonitoringPort.open(
                    port.address(), false, metrics, new Health(Optional::empty, Optional::empty)))
        .isInstanceOf(ListenException.class)
        .hasMessageContaining(port.address().toString());
  }
}
