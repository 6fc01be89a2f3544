package io.slipway.worker.execution;

import io.slipway.model.HostPort;
import io.slipway.proto.worker.v1.LaunchContents;
import io.slipway.proto.worker.v1.LaunchOrder;
import io.slipway.proto.worker.v1.StopOrder;
import io.slipway.rpc.mapping.Fields;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TemplateMessages;
import java.util.Optional;

/** A master's orders, to and from the messages of the protocol. */
public final class OrderMessages {
  private OrderMessages() {}

  /**
   * Reads a launch order.
   *
   * @throws io.slipway.rpc.Refusal naming the field, if it is malformed
   */
  public static OrderedLaunch toModel(LaunchOrder order, LaunchContents contents) {
    return Fields.read(
        "order",
        () ->
            new OrderedLaunch(
                Fields.executionId(order.getExecutionId(), "order.execution_id"),
                order.getAttempt(),
                order.getCores(),
                StateMessages.deployMode(contents.getDeployMode(), "contents.deploy_mode"),
                TemplateMessages.toModel(contents.getTemplate(), "contents.template"),
                contents.getApplicationToken(),
                contents.getProfile().isEmpty()
                    ? Optional.empty()
                    : Optional.of(contents.getProfile()),
                contents.getDriverAddress().isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                        Fields.address(contents.getDriverAddress(), "contents.driver_address"))));
  }

  /**
   * Reads a stop order.
   *
   * @throws io.slipway.rpc.Refusal naming the field, if it is malformed
   */
  public static OrderedStop toModel(StopOrder order) {
    return new OrderedStop(
        Fields.executionId(order.getExecutionId(), "orders.execution_id"),
        order.hasGracePeriod()
            ? Optional.of(Fields.duration(order.getGracePeriod(), "orders.grace_period"))
            : Optional.empty(),
        order.getRequestedBy());
  }

  static LaunchOrder order(OrderedLaunch launch) {
    return LaunchOrder.newBuilder()
        .setExecutionId(launch.id().toString())
        .setAttempt(launch.attempt())
        .setCores(launch.cores())
        .build();
  }

  static LaunchContents contents(OrderedLaunch launch) {
    return LaunchContents.newBuilder()
        .setDeployMode(launch.deployMode().word())
        .setTemplate(TemplateMessages.toProto(launch.template()))
        .setApplicationToken(launch.token())
        .setProfile(launch.profile().orElse(""))
        .setDriverAddress(launch.driver().map(HostPort::toString).orElse(""))
        .build();
  }
}
