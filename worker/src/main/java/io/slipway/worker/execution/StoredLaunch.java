package io.slipway.worker.execution;

import com.google.protobuf.InvalidProtocolBufferException;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.proto.registry.v1.ExecutionReport;
import io.slipway.proto.worker.v1.LaunchExecutorsRequest;
import io.slipway.rpc.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What stands in the files {@code spec} and {@code exit} of an execution directory. {@code spec}
 * holds two delimited messages: the order, as a {@code LaunchExecutorsRequest} with one order
 * (drivers too), and an {@code ExecutionReport} with what was chosen here; {@code exit} holds the
 * last {@code ExecutionReport}.
 *
 * @param order what was ordered
 * @param launcher the name of the launcher that launches it
 * @param ports its named ports
 */
record StoredLaunch(OrderedLaunch order, String launcher, SortedMap<String, HostPort> ports) {
  StoredLaunch {
    ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      LaunchExecutorsRequest.newBuilder()
          .addOrders(OrderMessages.order(order))
          .setContents(OrderMessages.contents(order))
          .build()
          .writeDelimitedTo(bytes);
      ReportMessages.toProto(
              ExecutionSnapshot.of(order.id(), ExecutionState.LAUNCHING, ports, launcher))
          .writeDelimitedTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads {@code spec}.
   *
   * @throws IOException if it is not what {@link #encode} wrote
   */
  static StoredLaunch decode(byte[] spec) throws IOException {
    ByteArrayInputStream bytes = new ByteArrayInputStream(spec);
    LaunchExecutorsRequest request = LaunchExecutorsRequest.parseDelimitedFrom(bytes);
    ExecutionReport chosen = request == null ? null : ExecutionReport.parseDelimitedFrom(bytes);
    if (chosen == null || request.getOrdersCount() != 1) {
      throw new IOException("incomplete");
    }
    try {
      ExecutionSnapshot snapshot = ReportMessages.toModel(chosen);
      return new StoredLaunch(
          OrderMessages.toModel(request.getOrders(0), request.getContents()),
          snapshot.launcher(),
          snapshot.ports());
    } catch (Refusal | IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  static byte[] encodeEnd(ExecutionSnapshot ending) {
    return ReportMessages.toProto(ending).toByteArray();
  }

  /** Reads {@code exit}; what can't be read is lost. */
  static ExecutionSnapshot decodeEnd(ExecutionId id, byte[] exit) {
    try {
      ExecutionSnapshot ending = ReportMessages.toModel(ExecutionReport.parseFrom(exit));
      if (ending.id().equals(id) && ending.state().isFinal()) {
        return ending;
      }
    } catch (InvalidProtocolBufferException | Refusal | IllegalArgumentException e) {
      // Told below.
    }
    return new ExecutionSnapshot(
        id,
        ExecutionState.ENDED,
        Optional.of(Ending.lost("the record of its end on the worker can't be read")),
        com.google.protobuf.ByteString.EMPTY,
        com.google.protobuf.ByteString.EMPTY,
        Collections.emptySortedMap(),
        "");
  }
}
