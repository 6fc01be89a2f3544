package io.slipway.rpc.mapping;

import io.slipway.model.Resources;
import io.slipway.proto.common.v1.CustomAmount;
import io.slipway.proto.common.v1.ResourceAmounts;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code ResourceAmounts} ↔ {@link Resources}. */
public final class ResourceMessages {
  private ResourceMessages() {}

  /** Reads amounts. */
  public static Resources toModel(ResourceAmounts message, String field) {
    int cores = Fields.integer(message.getCores(), 0, Limits.CORES, field + ".cores");
    if (message.getMemoryBytes() < 0) {
      throw Refusal.invalidField(
          field + ".memory_bytes", message.getMemoryBytes() + " is less than 0");
    }
    Limits.check(field + ".memory_bytes", Limits.MEMORY_BYTES, message.getMemoryBytes());
    Limits.check("number of " + field + ".custom", Limits.LABELS, message.getCustomCount());
    SortedMap<String, Long> custom = new TreeMap<>();
    for (int i = 0; i < message.getCustomCount(); i++) {
      CustomAmount amount = message.getCustom(i);
      String path = field + ".custom[" + i + "]";
      if (!amount.getName().matches("[a-z][a-z0-9-]{0,62}")) {
        throw Refusal.invalidField(
            path + ".name", "not the name of a resource: '" + amount.getName() + "'");
      }
      if (amount.getAmount() < 1) {
        throw Refusal.invalidField(path + ".amount", amount.getAmount() + " is not positive");
      }
      Limits.check(path + ".amount", Integer.MAX_VALUE, amount.getAmount());
      if (custom.put(amount.getName(), amount.getAmount()) != null) {
        throw Refusal.invalidField(path + ".name", "'" + amount.getName() + "' stands there twice");
      }
    }
    return new Resources(cores, message.getMemoryBytes(), custom);
  }

  /** Writes amounts. */
  public static ResourceAmounts toProto(Resources value) {
    ResourceAmounts.Builder message =
        ResourceAmounts.newBuilder().setCores(value.cores()).setMemoryBytes(value.memoryBytes());
    value
        .custom()
        .forEach(
            (name, amount) ->
                message.addCustom(CustomAmount.newBuilder().setName(name).setAmount(amount)));
    return message.build();
  }
}
