package io.slipway.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.master.journal.InMemoryJournal;
import io.slipway.model.HostPort;
import io.slipway.monitoring.Exposition;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a master serves over HTTP. */
@Timeout(120)
class MasterMonitoringTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  private final Channels channels = new Channels("test");
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final InMemoryJournal journal = InMemoryJournal.committingAtOnce();
  @TempDir Path directory;
  private Master master;

  @AfterEach
  void stop() {
    channels.close();
    if (master != null) {
      master.close();
    }
    assertThat(ended.getNow("")).isEmpty();
  }

  private MasterSettings settings() {
    return new MasterSettings(
        ANY,
        Optional.empty(),
        directory.resolve("data"),
        false,
        Optional.of(directory.resolve("tokens")));
  }

  private HostPort start() throws Exception {
    master =
        new Master(
            settings().withHttp(Optional.of(ANY)),
            journal,
            (message, cause) -> ended.complete(message));
    master.start();
    master.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);
    return master.monitoringAddress().orElseThrow();
  }

  private LeaderChannel caller(String token) {
    return new LeaderChannel(
        channels,
        LeaderChannel.Settings.of(
            List.of(master.address()), TokenSource.of(token), Patience.of(Duration.ofSeconds(30))));
  }

  @Test
  void metrics_ofAMaster_followConventionsAndAreAllDocumented() throws Exception {
    HostPort address = start();

    Exposition.of(address)
        .followsConventions()
        .isDocumentedIn(Path.of("../docs/metrics.md"), "Master");
  }

  @Test
  void metrics_afterAnApplication_tellWhatHappened() throws Exception {
    HostPort address = start();
    TokenFiles tokens = new TokenFiles(directory.resolve("tokens"));
    try (FakeWorker worker =
        new FakeWorker("w1", caller(tokens.clusterToken()), tokens.clusterToken())) {
      worker.register(4);
      caller(tokens.userToken().token())
          .call(
              SubmissionServiceGrpc.getSubmitApplicationMethod(),
              Submissions.request(Submissions.cluster()));
      FakeWorker.Launch launch = worker.launched();
      worker.confirm(launch.id());

      Exposition runs = Exposition.of(address);
      worker.exit(launch.id(), 7);
      Exposition over = Exposition.of(address);

      assertThat(runs.value("slipway_master_leader")).isEqualTo(1);
      assertThat(runs.value("slipway_master_workers", "state", "live")).isEqualTo(1);
      assertThat(runs.value("slipway_master_cores")).isEqualTo(4);
      assertThat(runs.value("slipway_master_allocated_cores")).isPositive();
      assertThat(runs.value("slipway_master_applications", "state", "running")).isEqualTo(1);
      assertThat(runs.value("slipway_master_executions", "kind", "driver", "state", "running"))
          .isEqualTo(1);
      assertThat(runs.value("slipway_master_applications_submitted_total")).isEqualTo(1);
      assertThat(runs.value("slipway_master_application_queue_seconds")).isEqualTo(1);
      assertThat(runs.value("slipway_master_execution_launch_seconds", "kind", "driver"))
          .isEqualTo(1);
      assertThat(runs.value("slipway_master_journal_commit_seconds")).isPositive();
      assertThat(runs.value("slipway_master_journal_written_bytes_total")).isPositive();
      assertThat(runs.value("slipway_master_requests_total", "request", "submit_application"))
          .isEqualTo(1);
      assertThat(runs.value("slipway_master_request_wait_seconds")).isPositive();
      assertThat(over.value("slipway_master_applications", "state", "running")).isZero();
      assertThat(over.value("slipway_master_applications", "state", "failed")).isEqualTo(1);
      assertThat(over.value("slipway_master_applications_finished_total", "state", "failed"))
          .isEqualTo(1);
      assertThat(
              over.value(
                  "slipway_master_executions_ended_total", "kind", "driver", "cause", "exit_code"))
          .isEqualTo(1);
      assertThat(over.value("slipway_master_allocated_cores")).isZero();
    }
  }

  @Test
  void metrics_ofAJournalOnDisk_tellHowLongTheDiskTakes() throws Exception {
    master =
        new Master(
            settings().withHttp(Optional.of(ANY)), (message, cause) -> ended.complete(message));
    master.start();
    master.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);

    Exposition metrics = Exposition.of(master.monitoringAddress().orElseThrow());

    assertThat(metrics.value("slipway_master_journal_sync_seconds")).isPositive();
    assertThat(metrics.value("slipway_master_journal_usable_bytes")).isPositive();
  }

  @Test
  void health_ofALeader_isGoodAndReady() throws Exception {
    HostPort address = start();

    assertThat(Exposition.get(address, "/healthz").statusCode()).isEqualTo(200);
    assertThat(Exposition.get(address, "/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void ready_withoutALeader_isNot() throws Exception {
    HostPort address = start();

    journal.lose(Optional.empty());
    HttpResponse<String> ready = awaitStatus(address, 503);

    assertThat(ready.body()).contains("does not lead");
    assertThat(Exposition.get(address, "/healthz").statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> awaitStatus(HostPort address, int status) throws Exception {
    HttpResponse<String> response = Exposition.get(address, "/readyz");
    while (response.statusCode() != status) {
      response = Exposition.get(address, "/readyz");
    }
    return response;
  }

  @Test
  void http_beyondLoopbackWithoutLeave_keepsTheMasterFromStarting() {
    Master refused =
        new Master(
            settings().withHttp(Optional.of(new HostPort("0.0.0.0", 0))),
            journal,
            (message, cause) -> ended.complete(message));

    assertThatThrownBy(refused::start)
        .isInstanceOf(MasterException.class)
        .hasMessageContaining("--insecure");
  }
}
