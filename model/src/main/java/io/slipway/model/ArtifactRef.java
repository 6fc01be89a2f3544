package io.slipway.model;

/**
 * A file that an application needs.
 *
 * @param name the file's own name, without directories; what it is called in a working directory
 * @param digest of its bytes
 * @param sizeBytes its length, not negative
 */
public record ArtifactRef(String name, Digest digest, long sizeBytes) {
  /** Checks the name, which must not lead out of a directory. */
  public ArtifactRef {
    if (name.isEmpty()
        || name.length() > 255
        || name.equals(".")
        || name.equals("..")
        || name.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ')) {
      throw new IllegalArgumentException("not a file name: '" + name + "'");
    }
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("negative size of '" + name + "': " + sizeBytes);
    }
  }
}
