package io.slipway.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.model.HostPort;
import io.slipway.monitoring.Exposition;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker serves over HTTP. */
@Timeout(120)
class WorkerMonitoringTest extends WorkerFixture {
  private HostPort http = new HostPort("127.0.0.1", 0);

  @Override
  protected WorkerSettings settings() {
    return super.settings().withHttp(Optional.of(http));
  }

  private HostPort address() {
    return worker.monitoringAddress().orElseThrow();
  }

  @Test
  void metrics_ofAWorker_followConventionsAndAreAllDocumented() throws Exception {
    startWorker();

    Exposition.of(address())
        .followsConventions()
        .isDocumentedIn(Path.of("../docs/metrics.md"), "Worker");
  }

  @Test
  void metrics_afterALaunch_tellWhatHappened() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, FakeMaster.program("sleep", "1"));
    awaitRunning(DRIVER);

    Exposition runs = Exposition.of(address());
    process(DRIVER).exit(7);
    awaitAcknowledged(DRIVER);
    Exposition over = Exposition.of(address());

    assertThat(runs.value("slipway_worker_registered")).isEqualTo(1);
    assertThat(runs.value("slipway_worker_cores")).isEqualTo(4);
    assertThat(runs.value("slipway_worker_master_silence_seconds")).isNotNegative();
    assertThat(runs.value("slipway_worker_executions", "state", "running")).isEqualTo(1);
    for (String phase : List.of("prepare", "admission", "launch")) {
      assertThat(runs.value("slipway_worker_execution_launch_seconds", "phase", phase))
          .isEqualTo(1);
    }
    assertThat(over.value("slipway_worker_executions", "state", "running")).isZero();
    assertThat(
            over.value(
                "slipway_worker_executions_ended_total", "kind", "driver", "cause", "exit_code"))
        .isEqualTo(1);
  }

  @Test
  void ready_onceAMasterHasTakenIt() throws Exception {
    startWorker();

    assertThat(Exposition.get(address(), "/readyz").statusCode()).isEqualTo(200);
    assertThat(Exposition.get(address(), "/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void ready_whileNoMasterAnswers_isNot() throws Exception {
    master.close();
    worker = new Worker(settings(), List.of(machine.provider("fake")));
    worker.start();

    Awaitility.await()
        .until(() -> Exposition.get(address(), "/readyz").body().contains("the last try"));
    HttpResponse<String> ready = Exposition.get(address(), "/readyz");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body())
        .startsWith("no master has taken this worker")
        .contains(settings().masters().get(0).toString());
    assertThat(Exposition.get(address(), "/healthz").statusCode()).isEqualTo(200);
    assertThat(Exposition.of(address()).value("slipway_worker_registered")).isZero();
  }

  @Test
  void http_beyondLoopbackWithoutLeave_keepsTheWorkerFromStarting() {
    http = new HostPort("0.0.0.0", 0);
    Worker refused = new Worker(settings(), List.of(machine.provider("fake")));

    assertThatThrownBy(refused::start)
        .isInstanceOf(WorkerStartException.class)
        .hasMessageContaining("--insecure");
  }
}
