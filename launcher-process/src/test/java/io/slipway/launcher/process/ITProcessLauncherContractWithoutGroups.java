package io.slipway.launcher.process;

import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.LauncherContract;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has nothing to do with control groups is tested at length with them. */
class ITProcessLauncherContractWithoutGroups extends LauncherContract {
  @Override
  protected LauncherProvider provider() {
    return new ProcessLauncherProvider();
  }

  @Override
  protected SortedMap<String, String> settings() {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put(ProcessLauncherProvider.CGROUP, "off");
    return settings;
  }

  @Override
  protected boolean isShort() {
    return true;
  }
}
