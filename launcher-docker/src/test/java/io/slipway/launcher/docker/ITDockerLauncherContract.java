package io.slipway.launcher.docker;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("docker")
class ITDockerLauncherContract extends LauncherContract {
  private static String image;

  @BeforeAll
  static void needsAnEngine() throws Exception {
    TestEngine.assumeThere();
    image = TestEngine.image();
  }

  @Override
  protected LauncherProvider provider() {
    return new DockerLauncherProvider();
  }

  @Override
  protected SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("image", image);
    settings.put("users", "nobody");
    return settings;
  }
}
