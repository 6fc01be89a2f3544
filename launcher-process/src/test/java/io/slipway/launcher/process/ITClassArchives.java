package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes archives with real JVMs. */
class ITClassArchives {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** What stands in for the library, and for its training. */
  static final class Library {
    private Library() {}

    public static void main(String[] arguments) {
      System.out.println(Library.class.getName());
    }
  }

  @TempDir private Path directory;
  private Path cached;

  @BeforeEach
  void makeLibrary() throws IOException {
    cached = directory.resolve("cached.jar");
    try (OutputStream file = Files.newOutputStream(cached);
        ZipOutputStream jar = new ZipOutputStream(file)) {
      jar.putNextEntry(new ZipEntry("META-INF/slipway/api.properties"));
      jar.write(
          ("archive.training.class=" + Library.class.getName()).getBytes(StandardCharsets.UTF_8));
      String name = Library.class.getName().replace('.', '/') + ".class";
      jar.putNextEntry(new ZipEntry(name));
      try (InputStream bytes = Library.class.getClassLoader().getResourceAsStream(name)) {
        bytes.transferTo(jar);
      }
    }
  }

  @Test
  void options_afterTheTraining_letAnotherLinkOfTheLibraryUseTheArchive() throws Exception {
    try (ClassArchives archives = new ClassArchives(directory.resolve("archives"), JAVA)) {
      assertThat(archives.options(List.of(cached), List.of())).isEmpty();
      await().atMost(PATIENCE).until(() -> !archives.options(List.of(cached), List.of()).isEmpty());
      Path link = Files.createLink(directory.resolve("link.jar"), cached);

      List<String> command = new ArrayList<>(List.of(JAVA));
      command.addAll(archives.options(List.of(link, directory), List.of()));
      command.add("-Xlog:class+load:stdout");
      command.addAll(List.of("-cp", link + ":" + directory, Library.class.getName()));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(out.lines())
          .anyMatch(
              line ->
                  line.contains(Library.class.getName())
                      && line.contains("shared objects file (top)"));
      assertThat(process.waitFor()).isZero();
    }
  }

  @Test
  void options_ofAJvmWithAnArchiveOfItsOwn_areNone() throws Exception {
    try (ClassArchives archives = new ClassArchives(directory.resolve("archives"), JAVA)) {
      List<String> options = List.of("-XX:SharedArchiveFile=mine.jsa");

      assertThat(archives.options(List.of(cached), options)).isEmpty();
      assertThat(directory.resolve("archives")).isEmptyDirectory();
    }
  }
}
