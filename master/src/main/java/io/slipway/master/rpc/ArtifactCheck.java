package io.slipway.master.rpc;

import static java.util.stream.Collectors.joining;

import io.grpc.Status;
import io.slipway.master.artifact.ArtifactStore;
import io.slipway.model.ArtifactRef;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.TemplateMessages;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Refuses what refers to artifacts that are not there; reads the disk. */
final class ArtifactCheck {
  /** So many are named in the refusal; the trailers of a call have a limit. */
  private static final int NAMED = 50;

  private final ArtifactStore store;

  ArtifactCheck(ArtifactStore store) {
    this.store = store;
  }

  void require(Optional<LaunchTemplate> driver, Collection<ExecutorProfile> profiles) {
    Map<String, ArtifactRef> missing = new LinkedHashMap<>();
    driver.ifPresent(template -> look(template, missing));
    profiles.forEach(profile -> look(profile.template(), missing));
    if (!missing.isEmpty()) {
      throw Refusal.of(
              Status.Code.NOT_FOUND,
              Reason.REASON_MISSING_ARTIFACTS,
              missing.size()
                  + " artifacts have not been uploaded, such as '"
                  + missing.values().iterator().next().name()
                  + "'")
          .with("digests", missing.keySet().stream().limit(NAMED).collect(joining(",")));
    }
  }

  private void look(LaunchTemplate template, Map<String, ArtifactRef> missing) {
    for (ArtifactRef artifact : TemplateMessages.artifacts(template)) {
      OptionalLong size = store.size(artifact.digest());
      if (size.isEmpty()) {
        missing.put(artifact.digest().hex(), artifact);
      } else if (size.getAsLong() != artifact.sizeBytes()) {
        throw Refusal.invalidField(
            "size_bytes",
            "artifact '"
                + artifact.name()
                + "' has "
                + size.getAsLong()
                + " bytes, not "
                + artifact.sizeBytes());
      }
    }
  }
}
