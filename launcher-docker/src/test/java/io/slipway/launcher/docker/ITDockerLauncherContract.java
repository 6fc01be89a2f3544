package io.slipway.launcher.docker;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;

@Tag("docker")
@Tag("long")
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
}
