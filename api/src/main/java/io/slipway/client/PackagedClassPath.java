package io.slipway.client;

import io.slipway.model.ArtifactRef;
import java.io.IOException;
import java.util.List;
import java.util.zip.ZipFile;

/**
 * The class path of an application, as jars named by their content.
 *
 * @param artifacts in order; the one that brings Slipway's api stands first
 */
public record PackagedClassPath(List<LocalArtifact> artifacts) {
  /** Copies. */
  public PackagedClassPath {
    artifacts = List.copyOf(artifacts);
  }

  /** The entries as a launch template names them. */
  public List<ArtifactRef> references() {
    return artifacts.stream().map(LocalArtifact::reference).toList();
  }

  /**
   * Makes sure that a class is there.
   *
   * @throws IOException naming the class and the jars, if none of them holds it
   */
  public void requireClass(String className) throws IOException {
    String entry = className.replace('.', '/') + ".class";
    for (LocalArtifact artifact : artifacts) {
      try (ZipFile jar = new ZipFile(artifact.file().toFile())) {
        if (jar.getEntry(entry) != null) {
          return;
        }
      }
    }
    if (ClassLoader.getPlatformClassLoader().getResource(entry) != null) {
      return;
    }
    throw new IOException(
        "class '"
            + className
            + "' is in none of the jars: "
            + String.join(", ", artifacts.stream().map(a -> a.reference().name()).toList()));
  }
}
