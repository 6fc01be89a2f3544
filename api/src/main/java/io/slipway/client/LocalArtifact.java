package io.slipway.client;

import io.slipway.model.ArtifactRef;
import io.slipway.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;

/**
 * A file of this machine that an application needs.
 *
 * @param reference its name where it is used, and its content
 * @param file where it lies here; must not change until it has been uploaded
 */
public record LocalArtifact(ArtifactRef reference, Path file) {
  private static final int BUFFER = 64 << 10;

  /**
   * Reads a file's digest; it keeps its own name.
   *
   * @throws IOException naming the file, if it is missing, no regular file or can't be read
   */
  public static LocalArtifact of(Path file) throws IOException {
    Path name = file.getFileName();
    return of(file, name == null ? "" : name.toString());
  }

  /**
   * Reads a file's digest.
   *
   * @param name what the file is called where it is used
   * @throws IOException naming the file, if it is missing, no regular file or can't be read
   */
  public static LocalArtifact of(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": not a file");
    }
    MessageDigest digest = Digest.sha256();
    long size = 0;
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
        size += n;
      }
    }
    return new LocalArtifact(new ArtifactRef(name, Digest.finish(digest), size), file);
  }
}
