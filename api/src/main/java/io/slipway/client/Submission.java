package io.slipway.client;

import io.slipway.model.ApplicationSpec;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An application to be handed in.
 *
 * @param requestId unique for this submission: the same id again gets the same application. 1 to 64
 *     letters, digits and hyphens
 * @param spec what to run
 * @param artifacts the files that the spec refers to and that lie here; each is uploaded unless the
 *     cluster has it
 */
public record Submission(
    String requestId, ApplicationSpec spec, Collection<LocalArtifact> artifacts) {
  /** Copies; of several artifacts of one content one is kept. */
  public Submission {
    checkRequestId(requestId);
    Map<Object, LocalArtifact> byDigest = new LinkedHashMap<>();
    artifacts.forEach(artifact -> byDigest.put(artifact.reference().digest(), artifact));
    artifacts = List.copyOf(byDigest.values());
  }

  /** With a request id that is new. */
  public static Submission of(ApplicationSpec spec, Collection<LocalArtifact> artifacts) {
    return new Submission(UUID.randomUUID().toString(), spec, artifacts);
  }

  static void checkRequestId(String requestId) {
    if (!requestId.matches("[A-Za-z0-9-]{1,64}")) {
      throw new IllegalArgumentException(
          "not a request id: '" + requestId + "' (expected 1 to 64 letters, digits and hyphens)");
    }
  }
}
