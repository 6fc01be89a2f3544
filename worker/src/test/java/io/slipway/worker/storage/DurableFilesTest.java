package io.slipway.worker.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
  @TempDir Path directory;

  private static void mode(Path path, String permissions) throws Exception {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void deleteTree_protectedDirectories_areRemovedAllTheSame() throws Exception {
    Path tree = directory.resolve("tree");
    Path readOnly = Files.createDirectories(tree.resolve("cache/module"));
    Path closed = Files.createDirectories(tree.resolve("closed/inner"));
    Files.writeString(readOnly.resolve("file"), "x");
    Files.writeString(closed.resolve("file"), "x");
    mode(readOnly, "r-xr-xr-x");
    mode(closed, "---------");
    mode(closed.getParent(), "---------");

    DurableFiles.deleteTree(tree);

    assertThat(tree).doesNotExist();
  }

  @Test
  void deleteTree_links_areNotFollowed() throws Exception {
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "x");
    Path tree = Files.createDirectory(directory.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), outside);
    Path link = Files.createSymbolicLink(directory.resolve("link"), outside);

    DurableFiles.deleteTree(tree);
    DurableFiles.deleteTree(link);

    assertThat(tree).doesNotExist();
    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(outside.resolve("kept")).hasContent("x");
  }
}
