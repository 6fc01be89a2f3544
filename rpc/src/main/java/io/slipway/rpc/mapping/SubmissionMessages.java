package io.slipway.rpc.mapping;

import io.slipway.model.ApplicationSpec;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code SubmissionSpec} ↔ {@link ApplicationSpec}. */
public final class SubmissionMessages {
  private SubmissionMessages() {}

  /**
   * Reads a submission.
   *
   * @throws io.slipway.rpc.Refusal if a value is malformed, passes a limit, or is not supported yet
   */
  public static ApplicationSpec toModel(SubmissionSpec message, String field) {
    Limits.check(
        "submission's size in bytes", Limits.SUBMISSION_BYTES, message.getSerializedSize());
    Fields.notSupported(!message.getQueue().isEmpty(), field + ".queue");
    Fields.notSupported(message.getDriverLabelsList(), field + ".driver_labels");
    DeployMode mode = StateMessages.toModel(message.getMode(), field + ".mode");
    if (mode == DeployMode.CLUSTER && !message.hasDriver()) {
      throw Refusal.invalidField(field + ".driver", "not set, and cluster mode needs it");
    }
    Optional<LaunchTemplate> driver =
        message.hasDriver()
            ? Optional.of(TemplateMessages.toModel(message.getDriver(), field + ".driver"))
            : Optional.empty();
    List<ExecutorProfile> profiles =
        ProfileMessages.toModel(message.getProfilesList(), field + ".profiles");
    int maxCores =
        Fields.integer(message.getMaxCores(), 0, Integer.MAX_VALUE, field + ".max_cores");
    int attempts =
        Fields.integer(message.getMaxAttempts(), 0, Limits.ATTEMPTS, field + ".max_attempts");
    Duration lostAfter =
        message.hasLostAfter()
            ? Fields.duration(message.getLostAfter(), field + ".lost_after")
            : ApplicationSpec.DEFAULT_LOST_AFTER;
    Duration registerTimeout =
        message.hasRegisterTimeout()
            ? Fields.duration(message.getRegisterTimeout(), field + ".register_timeout")
            : ApplicationSpec.DEFAULT_REGISTER_TIMEOUT;
    Optional<Duration> timeLimit =
        message.hasTimeLimit()
            ? Optional.of(Fields.duration(message.getTimeLimit(), field + ".time_limit"))
            : Optional.empty();
    return Fields.read(
        field,
        () ->
            new ApplicationSpec(
                message.getName(),
                mode,
                driver,
                profiles,
                maxCores == 0 ? OptionalInt.empty() : OptionalInt.of(maxCores),
                Math.max(1, attempts),
                message.getPriority(),
                lostAfter,
                registerTimeout,
                timeLimit));
  }

  /** Writes a submission. */
  public static SubmissionSpec toProto(ApplicationSpec value) {
    SubmissionSpec.Builder message =
        SubmissionSpec.newBuilder()
            .setName(value.name())
            .setMode(StateMessages.toProto(value.deployMode()))
            .setMaxCores(value.maxCores().orElse(0))
            .setMaxAttempts(value.maxAttempts())
            .setPriority(value.priority())
            .setLostAfter(Fields.toProto(value.lostAfter()))
            .setRegisterTimeout(Fields.toProto(value.registerTimeout()));
    value.timeLimit().ifPresent(limit -> message.setTimeLimit(Fields.toProto(limit)));
    value.driver().ifPresent(driver -> message.setDriver(TemplateMessages.toProto(driver)));
    value.profiles().forEach(profile -> message.addProfiles(ProfileMessages.toProto(profile)));
    return message.build();
  }

  /** The same message with the values of all secret variables left out: for answers. */
  public static SubmissionSpec withoutSecrets(SubmissionSpec message) {
    SubmissionSpec.Builder shown = message.toBuilder();
    if (message.hasDriver()) {
      shown.setDriver(TemplateMessages.withoutSecrets(message.getDriver()));
    }
    for (int i = 0; i < message.getProfilesCount(); i++) {
      ExecutorProfileSpec profile = message.getProfiles(i);
      shown.setProfiles(
          i,
          profile.toBuilder().setTemplate(TemplateMessages.withoutSecrets(profile.getTemplate())));
    }
    return shown.build();
  }
}
