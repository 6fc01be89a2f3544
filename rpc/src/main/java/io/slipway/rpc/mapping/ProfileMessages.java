package io.slipway.rpc.mapping;

import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.proto.application.v1.ProfileTarget;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Kinds and numbers of executors: {@code ExecutorProfileSpec} ↔ {@link ExecutorProfile}. */
public final class ProfileMessages {
  private ProfileMessages() {}

  /** Reads all profiles of an application. */
  public static List<ExecutorProfile> toModel(List<ExecutorProfileSpec> messages, String field) {
    Limits.check("number of " + field, Limits.PROFILES, messages.size());
    List<ExecutorProfile> profiles = new ArrayList<>();
    long sum = 0;
    for (int i = 0; i < messages.size(); i++) {
      ExecutorProfile profile = toModel(messages.get(i), field + "[" + i + "]");
      if (profiles.stream().anyMatch(other -> other.name().equals(profile.name()))) {
        throw Refusal.invalidField(
            field + "[" + i + "].name", "'" + profile.name() + "' stands there twice");
      }
      sum += profile.target().total().orElse(0);
      profiles.add(profile);
    }
    Limits.check("number of executors", Limits.EXECUTORS, sum);
    return profiles;
  }

  /** Reads a profile. */
  public static ExecutorProfile toModel(ExecutorProfileSpec message, String field) {
    Fields.notSupported(message.getRequiredLabelsList(), field + ".required_labels");
    if (!message.hasTemplate()) {
      throw Refusal.invalidField(field + ".template", "not set");
    }
    return Fields.read(
        field,
        () ->
            new ExecutorProfile(
                message.getName(),
                TemplateMessages.toModel(message.getTemplate(), field + ".template"),
                message.getAllCores(),
                toModel(message.getTarget(), field + ".target"),
                message.getMinimum()));
  }

  /** Writes a profile. */
  public static ExecutorProfileSpec toProto(ExecutorProfile value) {
    return ExecutorProfileSpec.newBuilder()
        .setName(value.name())
        .setTemplate(TemplateMessages.toProto(value.template()))
        .setAllCores(value.allCores())
        .setTarget(toProto(value.target()))
        .setMinimum(value.minimum())
        .build();
  }

  /** Reads a number of executors. */
  public static ExecutorTarget toModel(ExecutorCount message, String field) {
    return switch (message.getCountCase()) {
      case TOTAL ->
          ExecutorTarget.of(
              Fields.integer(message.getTotal(), 0, Limits.EXECUTORS, field + ".total"));
      case AS_MANY_AS_FIT -> {
        if (!message.getAsManyAsFit()) {
          throw Refusal.invalidField(field + ".as_many_as_fit", "set to false");
        }
        yield ExecutorTarget.AS_MANY_AS_FIT;
      }
      case COUNT_NOT_SET -> throw Refusal.invalidField(field, "not set");
    };
  }

  /** Writes a number of executors. */
  public static ExecutorCount toProto(ExecutorTarget value) {
    return value.total().isPresent()
        ? ExecutorCount.newBuilder().setTotal(value.total().getAsInt()).build()
        : ExecutorCount.newBuilder().setAsManyAsFit(true).build();
  }

  /** Reads a table of targets by profile; whether the profiles exist is for the master to say. */
  public static SortedMap<String, ExecutorTarget> targets(SetExecutorTargetsRequest message) {
    Fields.notSupported(message.getAvoidedWorkerIdsList(), "avoided_worker_ids");
    Fields.notSupported(message.getPreferredWorkerIdsList(), "preferred_worker_ids");
    if (message.getVersion() < 1) {
      throw Refusal.invalidField("version", message.getVersion() + " is not positive");
    }
    Limits.check("number of targets", Limits.PROFILES, message.getTargetsCount());
    SortedMap<String, ExecutorTarget> targets = new TreeMap<>();
    long sum = 0;
    for (int i = 0; i < message.getTargetsCount(); i++) {
      ProfileTarget target = message.getTargets(i);
      String path = "targets[" + i + "]";
      ExecutorTarget value = toModel(target.getTarget(), path + ".target");
      sum += value.total().orElse(0);
      if (targets.put(target.getProfile(), value) != null) {
        throw Refusal.invalidField(
            path + ".profile", "'" + target.getProfile() + "' stands there twice");
      }
    }
    Limits.check("number of executors", Limits.EXECUTORS, sum);
    return targets;
  }
}
