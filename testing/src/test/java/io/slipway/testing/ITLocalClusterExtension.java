package io.slipway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class ITLocalClusterExtension {
  private final List<Path> directories = ClusterTests.DIRECTORIES;

  @Test
  void staticField_severalTests_shareOneCluster() {
    run(ClusterTests.SharedCluster.class, 2);

    assertThat(directories).hasSize(2).allMatch(directories.get(0)::equals);
    assertThat(directories.get(0)).doesNotExist();
  }

  @Test
  void instanceField_severalTests_haveOneEach() {
    run(ClusterTests.ClusterOfEach.class, 2);

    assertThat(directories).hasSize(2).doesNotHaveDuplicates().noneMatch(path -> exists(path));
  }

  @Test
  void extendWith_parameter_isTheCluster() {
    run(ClusterTests.ClusterAsParameter.class, 1);

    assertThat(directories).hasSize(1).noneMatch(path -> exists(path));
  }

  @Test
  void get_noTestRuns_saysWhatToDo() {
    assertThatThrownBy(() -> new LocalClusterExtension().get())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("@RegisterExtension");
  }

  private static boolean exists(Path path) {
    return path.toFile().exists();
  }

  private void run(Class<?> tests, int count) {
    directories.clear();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    assertThat(listener.getSummary().getFailures()).isEmpty();
    assertThat(listener.getSummary().getTestsSucceededCount()).isEqualTo(count);
  }
}
