package com.example.nice;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;

class NiceLauncherTest extends LauncherContract {
  @Override
  protected LauncherProvider provider() {
    return new NiceLauncherProvider();
  }
}
