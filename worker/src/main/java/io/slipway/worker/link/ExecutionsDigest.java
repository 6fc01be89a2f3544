package io.slipway.worker.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.model.Digest;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.worker.execution.ExecutionSnapshot;
import java.util.List;

/** The digest of a heartbeat: of sorted lines of id and phase. */
final class ExecutionsDigest {
  private ExecutionsDigest() {}

  static Digest of(List<ExecutionSnapshot> executions) {
    // Ids and phases are ASCII, so that the order of characters is that of bytes.
    String lines =
        executions.stream()
            .map(one -> one.id() + " " + StateMessages.toProto(one.state()).name() + "\n")
            .sorted()
            .reduce("", String::concat);
    return Digest.of(lines.getBytes(UTF_8));
  }
}
