package io.slipway.client.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class InProcessLauncherTest extends LauncherContract {
  @Override
  protected LauncherProvider provider() {
    return new InProcessLauncherProvider();
  }

  @Test
  void provider_ofTheServiceLoader_isThere() {
    assertThat(ServiceLoader.load(LauncherProvider.class))
        .extracting(LauncherProvider::name)
        .contains(InProcessLauncherProvider.NAME);
  }
}
