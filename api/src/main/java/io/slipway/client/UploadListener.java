package io.slipway.client;

/** Is told how far the upload of files has come; called on the uploading thread. */
@FunctionalInterface
public interface UploadListener {
  /** Ignores everything. */
  UploadListener NONE = (artifact, sentBytes) -> {};

  /**
   * So much of a file is there.
   *
   * @param sentBytes 0 to the artifact's size; may go back when a broken upload continues
   */
  void progress(LocalArtifact artifact, long sentBytes);
}
