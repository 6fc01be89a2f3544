package io.slipway.launcher.process;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;

class ITProcessLauncherContract extends LauncherContract {
  @Override
  protected LauncherProvider provider() {
    return new ProcessLauncherProvider();
  }
}
