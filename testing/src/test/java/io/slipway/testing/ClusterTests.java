package io.slipway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that the tests of the extension run; they note the directory of their cluster. */
final class ClusterTests {
  static final List<Path> DIRECTORIES = new ArrayList<>();

  private ClusterTests() {}

  private static void note(LocalCluster cluster) {
    Path directory = cluster.tokenDirectory().getParent();
    assertThat(directory).exists();
    DIRECTORIES.add(directory);
  }

  static class SharedCluster {
    @RegisterExtension
    static final LocalClusterExtension cluster =
        new LocalClusterExtension(LocalCluster.builder().workers(0));

    @Test
    void first() {
      note(cluster.get());
    }

    @Nested
    class Inner {
      @Test
      void second() {
        note(cluster.get());
      }
    }
  }

  static class ClusterOfEach {
    @RegisterExtension
    final LocalClusterExtension cluster =
        new LocalClusterExtension(LocalCluster.builder().workers(0));

    @Test
    void first() {
      note(cluster.get());
    }

    @Test
    void second() {
      note(cluster.get());
    }
  }

  @ExtendWith(LocalClusterExtension.class)
  static class ClusterAsParameter {
    @Test
    void only(LocalCluster cluster) {
      assertThat(cluster.workers()).hasSize(2);
      note(cluster);
    }
  }
}
