package io.slipway.cli;

import io.slipway.client.LocalArtifact;
import io.slipway.model.ApplicationSpec;
import java.util.List;

/**
 * What the command line of {@code submit} comes to; the same in both deploy modes.
 *
 * @param spec what is submitted
 * @param artifacts the files that it refers to
 */
record ResolvedSubmission(ApplicationSpec spec, List<LocalArtifact> artifacts) {
  ResolvedSubmission {
    artifacts = List.copyOf(artifacts);
  }
}
