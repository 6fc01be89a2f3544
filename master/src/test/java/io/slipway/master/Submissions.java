package io.slipway.master;

import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.common.v1.ProcessTemplate;
import io.slipway.proto.common.v1.ProgramCommand;
import io.slipway.proto.common.v1.ResourceAmounts;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import java.util.UUID;

/** What tests submit. */
final class Submissions {
  private Submissions() {}

  static ProcessTemplate.Builder program(String... arguments) {
    ProgramCommand.Builder command = ProgramCommand.newBuilder();
    for (String argument : arguments) {
      command.addArguments(argument);
    }
    return ProcessTemplate.newBuilder()
        .setProgram(command)
        .setResources(ResourceAmounts.newBuilder().setCores(1).setMemoryBytes(64 << 20));
  }

  static SubmissionSpec.Builder cluster() {
    return SubmissionSpec.newBuilder()
        .setName("test")
        .setMode(SubmissionSpec.Mode.MODE_CLUSTER)
        .setDriver(program("driver"));
  }

  static SubmissionSpec.Builder client() {
    return SubmissionSpec.newBuilder().setName("test").setMode(SubmissionSpec.Mode.MODE_CLIENT);
  }

  static ExecutorProfileSpec.Builder executors(int total) {
    return ExecutorProfileSpec.newBuilder()
        .setName("default")
        .setTemplate(program("executor", "{{SLIPWAY_EXECUTOR_NUMBER}}"))
        .setTarget(ExecutorCount.newBuilder().setTotal(total));
  }

  static SubmitApplicationRequest request(SubmissionSpec.Builder spec) {
    return SubmitApplicationRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setSpec(spec)
        .build();
  }
}
