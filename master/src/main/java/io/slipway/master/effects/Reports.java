package io.slipway.master.effects;

import io.slipway.master.decide.Request;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.rpc.Limits;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads what workers say of executions. */
public final class Reports {
  private static final int PORT_CHARACTERS = 300;

  private Reports() {}

  /** As a list of what a worker has. */
  public static List<Request.ListedExecution> listed(List<ExecutionReport> messages) {
    List<Request.ListedExecution> listed = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      ExecutionReport message = messages.get(i);
      String field = "executions[" + i + "]";
      listed.add(
          new Request.ListedExecution(
              id(message, field),
              StateMessages.toModel(message.getPhase(), field + ".phase"),
              ports(message, field)));
    }
    return listed;
  }

  /** As reports; those that say nothing new (being launched, being stopped) are left out. */
  public static List<Request.ExecutionReport> toRequests(List<ExecutionReport> messages) {
    return reports(messages, true);
  }

  /** The ends among them, as reports. */
  public static List<Request.ExecutionReport> ended(List<ExecutionReport> messages) {
    return reports(messages, false);
  }

  private static List<Request.ExecutionReport> reports(
      List<ExecutionReport> messages, boolean running) {
    List<Request.ExecutionReport> reports = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      ExecutionReport message = messages.get(i);
      String field = "executions[" + i + "]";
      ExecutionState state = StateMessages.toModel(message.getPhase(), field + ".phase");
      if (state == ExecutionState.ENDED) {
        reports.add(
            new Request.ExecutionReport.Ended(
                id(message, field),
                TerminationMessages.toModel(message.getTermination(), field + ".termination"),
                message.getStdoutTail(),
                message.getStderrTail()));
      } else if (state == ExecutionState.RUNNING && running) {
        reports.add(
            new Request.ExecutionReport.Launched(id(message, field), ports(message, field)));
      }
    }
    return reports;
  }

  private static ExecutionId id(ExecutionReport message, String field) {
    return Fields.executionId(message.getExecutionId(), field + ".execution_id");
  }

  private static SortedMap<String, HostPort> ports(ExecutionReport message, String field) {
    List<NameValue> pairs = message.getPortsList();
    SortedMap<String, HostPort> ports = new TreeMap<>();
    Fields.pairs(pairs, Limits.PORTS, PORT_CHARACTERS, field + ".ports")
        .forEach((name, value) -> ports.put(name, Fields.address(value, field + ".ports")));
    return ports;
  }
}
