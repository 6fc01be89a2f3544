package io.slipway.launcher.testing;

import io.slipway.launcher.LauncherProvider;

/** The suite finds nothing wrong with a sound launcher. */
class ITPlainLauncherContract extends LauncherContract {
  @Override
  protected LauncherProvider provider() {
    return new PlainProvider();
  }
}
