package io.slipway.worker.execution;

import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What has become of an execution, to and from the message of the protocol. */
public final class ReportMessages {
  /** Bytes of last output in one message; more is left out, so that a long list fits. */
  private static final int MOST_TAIL_BYTES = 2 << 20;

  private ReportMessages() {}

  /** Writes a list, with as much of the last output as fits a message. */
  public static List<ExecutionReport> toProto(List<ExecutionSnapshot> executions) {
    List<ExecutionReport> reports = new ArrayList<>();
    int tails = 0;
    for (ExecutionSnapshot execution : executions) {
      tails += execution.stdoutTail().size() + execution.stderrTail().size();
      reports.add(toProto(tails > MOST_TAIL_BYTES ? execution.withoutTails() : execution));
    }
    return reports;
  }

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
