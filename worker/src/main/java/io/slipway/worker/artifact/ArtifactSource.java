package io.slipway.worker.artifact;

import io.slipway.model.Digest;
import java.io.IOException;
import java.io.OutputStream;

/** Where artifacts come from: the masters. Safe for use by several threads. */
public interface ArtifactSource {
  /**
   * Writes the bytes of an artifact from an offset to its end. Blocks, also while no master
   * answers: a broken transfer is continued where it broke.
   *
   * @throws ArtifactException if there is no such artifact
   * @throws IOException if {@code target} fails
   */
  void download(Digest digest, long offset, OutputStream target)
      throws ArtifactException, IOException, InterruptedException;
}
