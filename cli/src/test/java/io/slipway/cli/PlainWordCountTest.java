package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainWordCountTest {
  @TempDir Path directory;

  @Test
  void of_directory_countsLettersOfTextFiles() throws Exception {
    Files.writeString(directory.resolve("a.txt"), "The cat, the dog; THE end2end.");
    Files.createDirectory(directory.resolve("more"));
    Files.writeString(directory.resolve("more").resolve("b.txt"), "Straße cat");
    Files.write(directory.resolve("binary"), new byte[] {'c', 'a', 't', 0});

    assertThat(PlainWordCount.of(directory).lines())
        .containsExactly(
            "files 2", "words 9", "different 5", "the 3", "cat 2", "end 2", "dog 1", "straße 1");
  }
}
