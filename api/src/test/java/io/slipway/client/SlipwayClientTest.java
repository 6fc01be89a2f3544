package io.slipway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.driver.FakeMaster;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.proto.application.v1.RenewLeaseRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SlipwayClientTest {
  @TempDir private Path directory;
  private final FakeMaster master = new FakeMaster();
  private final SlipwayClient client =
      SlipwayClient.connect(
          List.of(master.address()), FakeMaster.USER_TOKEN, Duration.ofSeconds(10));

  @AfterEach
  void close() {
    client.close();
    master.close();
  }

  private static ApplicationSpec clientMode() {
    return new ApplicationSpec(
        "test",
        DeployMode.CLIENT,
        Optional.empty(),
        List.of(),
        OptionalInt.empty(),
        1,
        0,
        ApplicationSpec.DEFAULT_LOST_AFTER,
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
  }

  private LocalArtifact artifact(String name, int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return LocalArtifact.of(Files.write(directory.resolve(name), bytes));
  }

  @Test
  void submit_withFiles_uploadsWhatIsMissingOnce() throws Exception {
    LocalArtifact large = artifact("large.jar", 3_000_000);
    LocalArtifact empty = artifact("empty.txt", 0);
    Submission submission = new Submission("r-1", clientMode(), List.of(large, empty));

    ApplicationHandle first = client.submit(submission);
    client.submit(submission);

    assertThat(first.id()).isEqualTo(FakeMaster.APPLICATION);
    assertThat(first.clientModeGrant().orElseThrow().token()).isEqualTo(master.token());
    assertThat(master.artifacts().get(large.reference().digest().hex()))
        .isEqualTo(Files.readAllBytes(large.file()));
    assertThat(master.artifacts()).containsKey(empty.reference().digest().hex());
    assertThat(master.uploadOffsets()).containsExactly(0L, 0L);
    assertThat(master.submissions()).extracting(s -> s.getRequestId()).containsOnly("r-1");
  }

  @Test
  void upload_broken_continuesWhereItWas() throws Exception {
    LocalArtifact large = artifact("large.jar", 3_000_000);
    master.breakUploadAfter(1_000_000);

    client.upload(List.of(large), UploadListener.NONE);

    assertThat(master.artifacts().get(large.reference().digest().hex()))
        .isEqualTo(Files.readAllBytes(large.file()));
    assertThat(master.uploadOffsets()).hasSize(2);
    assertThat(master.uploadOffsets().get(1)).isGreaterThanOrEqualTo(1_000_000L);
  }

  @Test
  void of_missingFile_failsNamingIt() {
    assertThatThrownBy(() -> LocalArtifact.of(directory.resolve("no.txt")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no.txt");
    assertThatThrownBy(() -> LocalArtifact.of(directory)).hasMessageContaining("not a file");
  }

  @Test
  void submit_wrongToken_isNotAllowed() {
    try (SlipwayClient stranger =
        SlipwayClient.connect(List.of(master.address()), "not-the-right-token")) {
      assertThatThrownBy(() -> stranger.submit(Submission.of(clientMode(), List.of())))
          .isInstanceOfSatisfying(
              SlipwayException.class,
              e -> assertThat(e.kind()).isEqualTo(SlipwayException.Kind.NOT_ALLOWED));
    }
  }

  @Test
  void submit_nobodyThere_isUnreachableNamingTheAddress() {
    master.stop();
    try (SlipwayClient lonely =
        SlipwayClient.connect(
            List.of(master.address()), FakeMaster.USER_TOKEN, Duration.ofMillis(200))) {
      assertThatThrownBy(() -> lonely.submit(Submission.of(clientMode(), List.of())))
          .hasMessageContaining(master.address().toString())
          .isInstanceOfSatisfying(
              SlipwayException.class,
              e -> assertThat(e.kind()).isEqualTo(SlipwayException.Kind.UNREACHABLE));
    } finally {
      master.start();
    }
  }

  @Test
  void launcherSide_stopRequested_isToldOnceAndFinishIsRecorded() throws Exception {
    ApplicationHandle handle = client.submit(Submission.of(clientMode(), List.of()));
    CompletableFuture<String> stopped = new CompletableFuture<>();
    try (DriverLauncherSide side =
        DriverLauncherSide.start(
            client.masters(),
            handle.id(),
            handle.clientModeGrant().orElseThrow(),
            Duration.ofSeconds(60),
            stopped::complete)) {
      await().until(() -> master.renewals() > 2);
      assertThat(stopped).isNotDone();

      master.requestStop();
      assertThat(stopped.get(30, TimeUnit.SECONDS)).isEqualTo("user bob");

      assertThat(side.finish(Ending.exited(3))).isEmpty();
      assertThat(master.finishes().get(0).getTermination().getExited()).isEqualTo(3);
    }
  }

  @Test
  void launcherSide_beforeAndAfterTheStart_saysWhichItIs() throws Exception {
    ApplicationHandle handle = client.submit(Submission.of(clientMode(), List.of()));
    try (DriverLauncherSide side = launcherSide(handle)) {
      side.awaitLease();
      assertThat(master.renewalRequests().get(0).getStarting()).isTrue();
      assertThat(master.renewalRequests().get(0).getHolder()).isNotEmpty();

      side.started();

      await().until(() -> master.renewalRequests().stream().anyMatch(r -> !r.getStarting()));
      side.finish(Ending.exited(0));
      assertThat(master.finishes().get(0).hasRunTime()).isTrue();
      assertThat(master.renewalRequests().stream().map(RenewLeaseRequest::getHolder).distinct())
          .hasSize(1);
    }
  }

  @Test
  void launcherSide_leaseIsTakenByAnother_mayNotStart() throws Exception {
    master.takeLease();
    ApplicationHandle handle = client.submit(Submission.of(clientMode(), List.of()));
    try (DriverLauncherSide side = launcherSide(handle)) {
      assertThatThrownBy(side::awaitLease)
          .hasMessageContaining("another submitter")
          .isInstanceOfSatisfying(
              SlipwayException.class,
              e -> assertThat(e.kind()).isEqualTo(SlipwayException.Kind.WRONG_STATE));
    }
  }

  private DriverLauncherSide launcherSide(ApplicationHandle handle) {
    return DriverLauncherSide.start(
        client.masters(),
        handle.id(),
        handle.clientModeGrant().orElseThrow(),
        Duration.ofSeconds(60),
        reason -> {});
  }

  @Test
  void launcherSide_mastersAreAway_finishSaysWhyItIsNotRecorded() throws Exception {
    ApplicationHandle handle = client.submit(Submission.of(clientMode(), List.of()));
    try (DriverLauncherSide side =
        DriverLauncherSide.start(
            client.masters(),
            handle.id(),
            handle.clientModeGrant().orElseThrow(),
            Duration.ofSeconds(60),
            reason -> {})) {
      master.stop();

      assertThat(side.finish(Ending.exited(3), Duration.ofMillis(100))).isNotEmpty();
    } finally {
      master.start();
    }
  }
}
