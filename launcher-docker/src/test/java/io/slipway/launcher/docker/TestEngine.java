package io.slipway.launcher.docker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The Docker engine of this machine, with an image for tests. */
final class TestEngine {
  /** Its socket. */
  static final Path SOCKET = Path.of("/var/run/docker.sock");

  private static final List<String> PROGRAMS =
      List.of("sh", "cat", "dd", "env", "id", "mkfifo", "seq", "setsid", "sleep", "true");

  private static String image;
  private static Path archive;

  private TestEngine() {}

  /** Aborts the test where there is no engine. */
  static void assumeThere() {
    Assumptions.assumeTrue(Files.exists(SOCKET), "there is no Docker engine at " + SOCKET);
    try (Engine engine = new Engine(SOCKET)) {
      engine.ping();
    } catch (EngineException e) {
      Assumptions.abort(e.getMessage());
    }
  }

  /** The name of an image with Java, a shell and small programs; built once in a test run. */
  static synchronized String image() {
    if (image == null) {
      String name = "slipway-test:" + Runtime.version().feature();
      try {
        archive = Files.createTempFile("slipway-test-image", ".tar");
        archive.toFile().deleteOnExit();
        new RuntimeImage(name, RuntimeImage.DEFAULT_MODULES, PROGRAMS, Optional.empty())
            .write(archive);
        loadImage(SOCKET);
      } catch (IOException | InterruptedException | EngineException e) {
        throw new AssertionError("the image for tests can't be built", e);
      }
      image = name;
    }
    return image;
  }

  /** Gives the image to another engine. */
  static void loadImage(Path socket) throws IOException, EngineException {
    try (Engine engine = new Engine(socket);
        InputStream in = Files.newInputStream(archive)) {
      engine.load(in);
    }
  }
}
