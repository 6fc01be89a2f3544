package io.slipway.launcher.docker;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;

@Tag("docker")
class ITDockerLauncherContract extends LauncherContract {
  @Override
  protected LauncherProvider provider() {
    return new DockerLauncherProvider();
  }

  @Override
  protected SortedMap<String, String> settings() {
    TestEngine.assumeThere();
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("image", TestEngine.image());
    settings.put("users", "nobody");
    return settings;
  }

  /** A container costs too much for all; {@link ContainerEndTest} has the others. */
  @Override
  protected IntStream exitCodes() {
    return IntStream.concat(
        IntStream.of(0, 1, 2, 42, 100, 200, 254, 255), IntStream.rangeClosed(124, 160));
  }
}
