package io.slipway.client;

import io.slipway.model.ApplicationId;
import io.slipway.model.DeployMode;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/** Hands in applications, with their files. Blocks. */
final class Submitter {
  private final LeaderChannel leader;

  /** What the master answered. */
  record Accepted(ApplicationId id, Optional<ApplicationHandle.ClientModeGrant> grant) {}

  Submitter(LeaderChannel leader) {
    this.leader = leader;
  }

  Accepted submit(Specification specification) throws IOException, InterruptedException {
    if (specification.deployMode() == DeployMode.CLIENT) {
      throw new IllegalArgumentException(
          "in client mode the driver runs beside its submitter, and this client starts none: a"
              + " program that is the driver itself opens a session"
              + " (SlipwaySession.builder().master(...)), and 'slipway submit' starts any other;"
              + " or choose DeployMode.CLUSTER");
    }
    Path scratch = Files.createTempDirectory("slipway-classes-");
    try {
      return submit(
          new SpecificationResolver(ApiBundle.locate(), scratch).resolve(specification),
          UploadListener.NONE);
    } finally {
      remove(scratch);
    }
  }

  private static void remove(Path scratch) {
    try (Stream<Path> files = Files.list(scratch)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
      Files.delete(scratch);
    } catch (IOException | UncheckedIOException e) {
      return; // it lies where the system cleans up
    }
  }

  Accepted submit(Submission submission, UploadListener listener)
      throws IOException, InterruptedException {
    upload(submission.artifacts(), listener);
    SubmitApplicationRequest request =
        SubmitApplicationRequest.newBuilder()
            .setRequestId(submission.requestId())
            .setSpec(Wire.submission(submission.spec()))
            .build();
    try {
      SubmitApplicationResponse answer =
          leader.call(SubmissionServiceGrpc.getSubmitApplicationMethod(), request);
      return new Accepted(
          new ApplicationId(answer.getApplicationId()),
          submission.spec().deployMode() == DeployMode.CLIENT
              ? Optional.of(
                  new ApplicationHandle.ClientModeGrant(
                      answer.getApplicationToken(), Wire.duration(answer.getLease())))
              : Optional.empty());
    } catch (Refusal refusal) {
      throw Wire.exception(refusal);
    }
  }

  void upload(Collection<LocalArtifact> artifacts, UploadListener listener)
      throws IOException, InterruptedException {
    try {
      new ArtifactUpload(leader, listener).upload(artifacts);
    } catch (Refusal refusal) {
      throw Wire.exception(refusal);
    }
  }
}
