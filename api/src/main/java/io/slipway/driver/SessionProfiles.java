package io.slipway.driver;

import io.slipway.model.ExecutorProfile;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The profiles of a session's executors, as its masters have taken them; at least one. */
final class SessionProfiles {
  /**
   * What matters of one here.
   *
   * @param command whether its executors are a command, and no executors of Slipway's own
   * @param cores of one executor, at least 1
   */
  private record Kind(boolean command, int cores) {}

  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  SessionProfiles(List<ExecutorProfileSpec> registered) {
    for (ExecutorProfileSpec profile : registered) {
      kinds.put(
          profile.getName(),
          new Kind(
              profile.getTemplate().hasProgram(),
              Math.max(1, profile.getTemplate().getResources().getCores())));
    }
  }

  Set<String> names() {
    return kinds.keySet();
  }

  /** The one that is meant where none is named. */
  String main() {
    return kinds.containsKey(ExecutorProfile.DEFAULT_NAME)
        ? ExecutorProfile.DEFAULT_NAME
        : kinds.keySet().iterator().next();
  }

  /** Whether the executors of a profile are a command of the application's own. */
  boolean isCommand(String profile) {
    Kind kind = kinds.get(profile);
    return kind != null && kind.command();
  }

  int cores(String profile) {
    return kinds.get(profile).cores();
  }
}
