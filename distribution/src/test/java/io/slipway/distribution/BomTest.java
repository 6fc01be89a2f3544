package io.slipway.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BomTest {
  private static final List<String> NOT_FOR_OTHERS =
      List.of("examples", "cli", "distribution", "bom", "bench");

  @Test
  void bom_ofThisBuild_namesAllThatOthersDependOn() throws IOException {
    String root = Files.readString(Path.of("..", "pom.xml"));
    String bom = Files.readString(Path.of("..", "bom", "pom.xml"));

    List<String> modules =
        all(root, "<module>([^<]*)</module>").stream()
            .filter(module -> !NOT_FOR_OTHERS.contains(module))
            .map(module -> "slipway-" + module)
            .toList();
    List<String> named = all(bom, "<artifactId>([^<]*)</artifactId>");

    assertThat(named.subList(1, named.size())).containsExactlyInAnyOrderElementsOf(modules);
    assertThat(all(bom, "<version>([^<]*)</version>").get(0))
        .isEqualTo(all(root, "<version>([^<]*)</version>").get(0));
  }

  private static List<String> all(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1)).toList();
  }
}
