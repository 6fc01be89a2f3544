package io.slipway.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.slipway.proto.application.v1.ProfileTarget;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.common.v1.ArtifactReference;
import io.slipway.proto.common.v1.CustomAmount;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.common.v1.JvmCommand;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.proto.common.v1.ProcessTemplate;
import io.slipway.proto.common.v1.ProgramCommand;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.common.v1.ResourceAmounts;
import io.slipway.proto.common.v1.Termination;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedMessagesTest {
  private static final ProcessTemplate TEMPLATE =
      ProcessTemplate.newBuilder()
          .setProgram(ProgramCommand.newBuilder().addArguments("true"))
          .setResources(ResourceAmounts.newBuilder().setCores(1).setMemoryBytes(1 << 20))
          .build();
  private static final SubmissionSpec SPEC =
      SubmissionSpec.newBuilder()
          .setName("n")
          .setMode(SubmissionSpec.Mode.MODE_CLUSTER)
          .setDriver(TEMPLATE)
          .build();

  @Test
  void stopWhenCutOff_set_isNotSupported() {
    unsupported(
        "spec.driver.stop_when_cut_off", driver -> driver.getStopWhenCutOffBuilder().setSeconds(5));
  }

  @Test
  void drainSignal_set_isNotSupported() {
    unsupported("spec.driver.drain_signal", driver -> driver.setDrainSignal(15));
  }

  @Test
  void queueAndLabels_set_areNotSupported() {
    NameValue label = NameValue.newBuilder().setName("a").build();

    assertUnsupported("spec.queue", refusal(spec -> spec.setQueue("q")));
    assertUnsupported("spec.driver_labels", refusal(spec -> spec.addDriverLabels(label)));
    assertUnsupported(
        "spec.profiles[0].required_labels",
        refusal(spec -> spec.addProfiles(profile("default").addRequiredLabels(label))));
  }

  @Test
  void avoidedAndPreferredWorkers_set_areNotSupported() {
    assertUnsupported(
        "avoided_worker_ids",
        caught(
            () ->
                ProfileMessages.targets(
                    SetExecutorTargetsRequest.newBuilder()
                        .setVersion(1)
                        .addAvoidedWorkerIds("w")
                        .build())));
    assertUnsupported(
        "preferred_worker_ids",
        caught(
            () ->
                ProfileMessages.targets(
                    SetExecutorTargetsRequest.newBuilder()
                        .setVersion(1)
                        .addPreferredWorkerIds("w")
                        .build())));
  }

  @Test
  void command_missing_isNamed() {
    assertInvalid("spec.driver.command", driverRefusal(ProcessTemplate.Builder::clearCommand));
  }

  @Test
  void command_withZeroByte_isNamed() {
    assertInvalid(
        "spec.driver.program.arguments[1]",
        driverRefusal(driver -> driver.getProgramBuilder().addArguments("a\0b")));
  }

  @Test
  void environmentVariable_ofOurs_isRefusedWithItsName() {
    Refusal refusal =
        driverRefusal(
            driver ->
                driver.addEnvironment(
                    NameValue.newBuilder().setName("SLIPWAY_TOKEN").setValue("x")));

    assertInvalid("spec.driver", refusal);
    assertThat(refusal).hasMessageContaining("SLIPWAY_TOKEN");
  }

  @Test
  void environmentVariable_twice_isNamed() {
    NameValue variable = NameValue.newBuilder().setName("A").build();

    assertInvalid(
        "spec.driver.environment[1].name",
        driverRefusal(driver -> driver.addEnvironment(variable).addEnvironment(variable)));
    assertInvalid(
        "spec.driver.secret_environment",
        driverRefusal(driver -> driver.addEnvironment(variable).addSecretEnvironment(variable)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-x", "a b", "a:b", "\n"})
  void user_thatIsNoAccountsName_isNamed(String name) {
    assertInvalid("spec.driver.user", driverRefusal(driver -> driver.setUser(name)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a/b", ".."})
  void file_withNameThatIsNone_isNamed(String name) {
    ArtifactReference file =
        ArtifactReference.newBuilder().setName(name).setDigest("0".repeat(64)).build();

    assertInvalid("spec.driver.files[0]", driverRefusal(driver -> driver.addFiles(file)));
  }

  @Test
  void classPathEntry_withBadDigest_isNamed() {
    ArtifactReference entry =
        ArtifactReference.newBuilder().setName("a.jar").setDigest("XYZ").build();

    assertInvalid(
        "spec.driver.jvm.class_path[0].digest",
        driverRefusal(
            driver ->
                driver.setJvm(JvmCommand.newBuilder().setMainClass("M").addClassPath(entry))));
  }

  @Test
  void resources_zeroNegativeOrAbsurd_areNamed() {
    assertInvalid(
        "spec.driver.resources.cores",
        driverRefusal(driver -> driver.getResourcesBuilder().setCores(0)));
    assertInvalid(
        "spec.driver.resources.cores",
        driverRefusal(driver -> driver.getResourcesBuilder().setCores(-1)));
    assertInvalid(
        "spec.driver.resources.memory_bytes",
        driverRefusal(driver -> driver.getResourcesBuilder().setMemoryBytes(-1)));
    assertLimit(driverRefusal(driver -> driver.getResourcesBuilder().setCores(1_000_000_000)));
    assertLimit(
        driverRefusal(driver -> driver.getResourcesBuilder().setMemoryBytes(Long.MAX_VALUE)));
    assertInvalid(
        "spec.driver.resources.custom[0].amount",
        driverRefusal(
            driver ->
                driver.getResourcesBuilder().addCustom(CustomAmount.newBuilder().setName("gpu"))));
  }

  @Test
  void submission_withoutNameModeOrDriver_isRefused() {
    assertInvalid("spec", refusal(spec -> spec.setName("")));
    assertInvalid("spec.mode", refusal(SubmissionSpec.Builder::clearMode));
    assertInvalid("spec.driver", refusal(SubmissionSpec.Builder::clearDriver));
  }

  @Test
  void submission_overTheLimit_isRefusedWithLimitAndSize() {
    Refusal refusal =
        driverRefusal(
            driver -> driver.getProgramBuilder().addArguments("x".repeat(Limits.SUBMISSION_BYTES)));

    assertLimit(refusal);
    assertThat(refusal).hasMessageContaining("262144");
    assertThat(refusal.metadata()).containsEntry("maximum", "262144");
  }

  @Test
  void duration_negativeOrEndless_isNamed() {
    assertInvalid("spec.time_limit", refusal(spec -> spec.getTimeLimitBuilder().setSeconds(-1)));
    assertInvalid("spec", refusal(spec -> spec.getTimeLimitBuilder().setSeconds(0)));
    assertInvalid("spec.lost_after", refusal(spec -> spec.getLostAfterBuilder().setSeconds(-1)));
    assertLimit(refusal(spec -> spec.getLostAfterBuilder().setSeconds(Long.MAX_VALUE)));
  }

  @Test
  void profile_twiceOrWithoutTarget_isNamed() {
    assertInvalid(
        "spec.profiles[1].name",
        refusal(spec -> spec.addProfiles(profile("a")).addProfiles(profile("a"))));
    assertInvalid(
        "spec.profiles[0].target", refusal(spec -> spec.addProfiles(profile("a").clearTarget())));
    assertInvalid(
        "spec.profiles[0].target.total",
        refusal(
            spec ->
                spec.addProfiles(profile("a").setTarget(ExecutorCount.newBuilder().setTotal(-5)))));
  }

  @Test
  void targets_withoutVersionOrTwice_areNamed() {
    ProfileTarget target =
        ProfileTarget.newBuilder()
            .setProfile("a")
            .setTarget(ExecutorCount.newBuilder().setTotal(1))
            .build();

    assertInvalid(
        "version",
        caught(() -> ProfileMessages.targets(SetExecutorTargetsRequest.getDefaultInstance())));
    assertInvalid(
        "targets[1].profile",
        caught(
            () ->
                ProfileMessages.targets(
                    SetExecutorTargetsRequest.newBuilder()
                        .setVersion(1)
                        .addTargets(target)
                        .addTargets(target)
                        .build())));
  }

  @Test
  void termination_withoutStatusOrOutOfRange_isNamed() {
    assertInvalid(
        "termination.status",
        caught(() -> TerminationMessages.toModel(Termination.getDefaultInstance(), "termination")));
    assertInvalid(
        "termination",
        caught(
            () ->
                TerminationMessages.toModel(
                    Termination.newBuilder().setExited(256).build(), "termination")));
  }

  @Test
  void termination_withEndlessWords_isCut() {
    Termination message =
        Termination.newBuilder().setExited(1).setCause("x".repeat(100_000)).build();

    assertThat(TerminationMessages.toModel(message, "termination").cause())
        .hasSize(Limits.TAIL_BYTES);
  }

  @Test
  void phase_unknown_isNamed() {
    assertInvalid(
        "phase",
        caught(() -> StateMessages.toModel(ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED, "phase")));
  }

  @Test
  void withoutSecrets_keepsNamesAndNoValue() {
    SubmissionSpec.Builder spec = SPEC.toBuilder().addProfiles(profile("a"));
    NameValue secret = NameValue.newBuilder().setName("KEY").setValue("hunter2").build();
    spec.getDriverBuilder().addSecretEnvironment(secret);
    spec.getProfilesBuilder(0).getTemplateBuilder().addSecretEnvironment(secret);

    SubmissionSpec shown = SubmissionMessages.withoutSecrets(spec.build());

    assertThat(shown.toString()).contains("KEY").doesNotContain("hunter2");
    assertThat(shown.getProfiles(0).getTemplate().getSecretEnvironmentCount()).isEqualTo(1);
  }

  private static ExecutorProfileSpec.Builder profile(String name) {
    return ExecutorProfileSpec.newBuilder()
        .setName(name)
        .setTemplate(TEMPLATE)
        .setTarget(ExecutorCount.newBuilder().setTotal(1));
  }

  private static void unsupported(String field, Consumer<ProcessTemplate.Builder> change) {
    assertUnsupported(field, driverRefusal(change));
  }

  private static Refusal driverRefusal(Consumer<ProcessTemplate.Builder> change) {
    return refusal(spec -> change.accept(spec.getDriverBuilder()));
  }

  private static Refusal refusal(Consumer<SubmissionSpec.Builder> change) {
    SubmissionSpec.Builder spec = SPEC.toBuilder();
    change.accept(spec);
    return caught(() -> SubmissionMessages.toModel(spec.build(), "spec"));
  }

  private static Refusal caught(Runnable reading) {
    Refusal refusal = catchThrowableOfType(Refusal.class, reading::run);
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private static void assertInvalid(String field, Refusal refusal) {
    assertThat(refusal.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_INVALID_FIELD);
    assertThat(refusal.metadata()).containsEntry("field", field);
    assertThat(refusal).hasMessageStartingWith(field + ": ");
  }

  private static void assertUnsupported(String field, Refusal refusal) {
    assertThat(refusal.code()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_NOT_SUPPORTED);
    assertThat(refusal.metadata()).containsEntry("field", field);
  }

  private static void assertLimit(Refusal refusal) {
    assertThat(refusal.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_LIMIT_EXCEEDED);
  }
}
