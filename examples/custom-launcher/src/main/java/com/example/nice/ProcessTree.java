package com.example.nice;

import io.slipway.model.ExecutionId;
import io.slipway.model.SlipwayEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** All processes that carry an execution's id in their environment, which children inherit. */
final class ProcessTree {
  private ProcessTree() {}

  /** Kills them. What has cleared its environment is not found. */
  static void kill(ExecutionId id) {
    String variable = SlipwayEnvironment.EXECUTION_ID + "=" + id + "\0";
    // A process may have been born behind our back, so looking is over when two looks found nobody.
    for (int foundNobody = 0; foundNobody < 2; foundNobody++) {
      try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
        long killed =
            all.filter(process -> carries(process, variable))
                .filter(ProcessHandle::destroyForcibly)
                .count();
        if (killed > 0) {
          foundNobody = -1;
        }
      }
    }
  }

  private static boolean carries(ProcessHandle process, String variable) {
    try {
      Path environment = Path.of("/proc", Long.toString(process.pid()), "environ");
      String text = new String(Files.readAllBytes(environment), StandardCharsets.ISO_8859_1);
      return text.startsWith(variable) || text.contains("\0" + variable);
    } catch (IOException goneOrAnothers) {
      return false;
    }
  }
}
