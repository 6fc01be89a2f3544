package io.slipway.worker.execution;

import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has become of an execution, to and from the message of the protocol. */
public final class ReportMessages {
  private ReportMessages() {}

  /** Writes. */
  public static ExecutionReport toProto(ExecutionSnapshot execution) {
    ExecutionReport.Builder report =
        ExecutionReport.newBuilder()
            .setExecutionId(execution.id().toString())
            .setPhase(StateMessages.toProto(execution.state()))
            .setStdoutTail(execution.stdoutTail())
            .setStderrTail(execution.stderrTail())
            .setLauncher(execution.launcher());
    execution.ending().map(TerminationMessages::toProto).ifPresent(report::setTermination);
    execution
        .ports()
        .forEach(
            (name, address) ->
                report.addPorts(NameValue.newBuilder().setName(name).setValue(address.toString())));
    return report.build();
  }

  /** Reads. */
  static ExecutionSnapshot toModel(ExecutionReport report) {
    return new ExecutionSnapshot(
        Fields.executionId(report.getExecutionId(), "execution_id"),
        StateMessages.toModel(report.getPhase(), "phase"),
        report.hasTermination()
            ? Optional.of(TerminationMessages.toModel(report.getTermination(), "termination"))
            : Optional.empty(),
        report.getStdoutTail(),
        report.getStderrTail(),
        ports(report),
        report.getLauncher());
  }

  private static SortedMap<String, HostPort> ports(ExecutionReport report) {
    SortedMap<String, HostPort> ports = new TreeMap<>();
    for (NameValue port : report.getPortsList()) {
      ports.put(port.getName(), Fields.address(port.getValue(), "ports"));
    }
    return ports;
  }
}
