package io.slipway.launcher.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is done with an engine's images. */
public final class EngineImages {
  private EngineImages() {}

  /**
   * Loads an image.
   *
   * @param socket the engine's
   * @param archive as {@code docker save} makes it
   * @throws IOException with a reason for people
   */
  public static void load(Path socket, Path archive) throws IOException {
    Engine engine = new Engine(socket);
    try (engine;
        InputStream in = Files.newInputStream(archive)) {
      engine.load(in);
    } catch (EngineException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
