package io.slipway.master;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.slipway.master.artifact.ArtifactLimits;
import io.slipway.master.state.ClusterSettings;
import io.slipway.model.Digest;
import io.slipway.model.HostPort;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.proto.common.v1.ArtifactReference;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole master, which keeps one application that has ended, and removes artifacts by itself. */
@Timeout(120)
class ArtifactCollectionTest {
  private final Channels channels = new Channels("test");
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  @TempDir Path directory;
  private Master master;
  private LeaderChannel user;

  @BeforeEach
  void start() throws Exception {
    master =
        new Master(
            new MasterSettings(
                    new HostPort("127.0.0.1", 0),
                    Optional.empty(),
                    directory.resolve("data"),
                    false,
                    Optional.of(directory.resolve("tokens")))
                .withArtifacts(new ArtifactLimits(0, Long.MAX_VALUE, Duration.ofSeconds(10)))
                .withCluster(ClusterSettings.DEFAULT.withRetention(1, Duration.ofDays(1))),
            (message, cause) -> ended.complete(message));
    master.start();
    master.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);
    user =
        new LeaderChannel(
            channels,
            LeaderChannel.Settings.of(
                List.of(master.address()),
                TokenSource.of(new TokenFiles(directory.resolve("tokens")).userToken().token()),
                Patience.of(Duration.ofSeconds(60))));
  }

  @AfterEach
  void stop() {
    channels.close();
    if (master != null) {
      master.close();
    }
    assertThat(ended.getNow("")).isEmpty();
  }

  /** Uploads a text, as if so much later. */
  private ArtifactReference upload(String text, Duration younger) throws Exception {
    ByteString data = ByteString.copyFromUtf8(text);
    Digest digest = Digest.of(data.toByteArray());
    user.send(
        ArtifactServiceGrpc.getUploadArtifactMethod(),
        () ->
            List.of(
                    UploadArtifactRequest.newBuilder()
                        .setDigest(digest.hex())
                        .setSizeBytes(data.size())
                        .setData(data)
                        .build())
                .iterator());
    ArtifactReference reference =
        ArtifactReference.newBuilder()
            .setName(text)
            .setDigest(digest.hex())
            .setSizeBytes(data.size())
            .build();
    age(reference, younger);
    return reference;
  }

  private void age(ArtifactReference reference, Duration younger) throws IOException {
    Files.setLastModifiedTime(file(reference), FileTime.from(Instant.now().plus(younger)));
  }

  private Path file(ArtifactReference reference) {
    return directory
        .resolve("data/artifacts/whole")
        .resolve(reference.getDigest().substring(0, 2))
        .resolve(reference.getDigest());
  }

  private void awaitRemoval(ArtifactReference reference) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !Files.exists(file(reference)));
  }

  private String submit(SubmissionSpec.Builder spec) throws InterruptedException {
    return user.call(SubmissionServiceGrpc.getSubmitApplicationMethod(), Submissions.request(spec))
        .getApplicationId();
  }

  private void kill(String id) throws InterruptedException {
    user.call(
        SubmissionServiceGrpc.getKillApplicationMethod(),
        KillApplicationRequest.newBuilder().setApplicationId(id).build());
  }

  @Test
  void artifacts_goOnceNobodyCanNeedThem() throws Exception {
    Duration soon = Duration.ofHours(1);
    ArtifactReference ofDriver = upload("of a driver", soon);
    ArtifactReference ofExecutors = upload("of executors", soon);
    ArtifactReference justUploaded = upload("its submission is on the way", soon);
    SubmissionSpec.Builder spec = Submissions.cluster();
    spec.getDriverBuilder().addFiles(ofDriver);
    spec.addProfiles(Submissions.executors(1));
    spec.getProfilesBuilder(0).getTemplateBuilder().addFiles(ofExecutors);
    String id = submit(spec);
    kill(id);
    age(ofDriver, Duration.ofDays(-1));
    age(ofExecutors, Duration.ofDays(-1));

    // What an application refers to that is kept stays, although it has ended.
    awaitRemoval(upload("nobody's", Duration.ofDays(-1)));
    assertThat(file(ofDriver)).exists();
    assertThat(file(ofExecutors)).exists();
    assertThat(file(justUploaded)).exists();

    // The same over a restart of the master.
    master.close();
    user.close();
    start();
    awaitRemoval(upload("nobody's either", Duration.ofDays(-1)));
    assertThat(file(ofDriver)).exists();
    assertThat(file(ofExecutors)).exists();
    assertThat(file(justUploaded)).exists();

    // Another that ends takes its place among those that are kept.
    kill(submit(Submissions.cluster()));
    awaitRemoval(ofDriver);
    awaitRemoval(ofExecutors);
    assertThat(file(justUploaded)).exists();
  }
}
