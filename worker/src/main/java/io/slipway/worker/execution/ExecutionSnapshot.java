package io.slipway.worker.execution;

import com.google.protobuf.ByteString;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One execution, as this worker knows it at a moment.
 *
 * @param id the execution
 * @param state LAUNCHING, RUNNING, STOPPING or ENDED
 * @param ending present exactly if it has ended
 * @param stdoutTail the last bytes of its output, at most {@link #TAIL_BYTES}; empty before the end
 * @param stderrTail the same of its error stream
 * @param ports its named ports
 * @param launcher name of its launcher; empty if none was ever chosen
 */
public record ExecutionSnapshot(
    ExecutionId id,
    ExecutionState state,
    Optional<Ending> ending,
    ByteString stdoutTail,
    ByteString stderrTail,
    SortedMap<String, HostPort> ports,
    String launcher) {
  /** How much is kept of the end of each stream. */
  public static final int TAIL_BYTES = 4 << 10;

  /** Checks and copies. */
  public ExecutionSnapshot {
    if (ending.isPresent() != state.isFinal()) {
      throw new IllegalArgumentException(id + " is " + state + " with ending " + ending);
    }
    ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
  }

  /** One that has not ended. */
  static ExecutionSnapshot of(
      ExecutionId id, ExecutionState state, SortedMap<String, HostPort> ports, String launcher) {
    return new ExecutionSnapshot(
        id, state, Optional.empty(), ByteString.EMPTY, ByteString.EMPTY, ports, launcher);
  }

  /** The same without the last output, where a message would become too large. */
  public ExecutionSnapshot withoutTails() {
    return new ExecutionSnapshot(
        id, state, ending, ByteString.EMPTY, ByteString.EMPTY, ports, launcher);
  }
}
