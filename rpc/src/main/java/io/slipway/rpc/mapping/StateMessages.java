package io.slipway.rpc.mapping;

import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerState;
import io.slipway.proto.cluster.v1.WorkerInfo;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.rpc.Refusal;
import java.util.Optional;

/** The life cycles and the deploy mode, to and from the enums of the protocol. */
public final class StateMessages {
  private StateMessages() {}

  /** Reads a phase. */
  public static ExecutionState toModel(ExecutionPhase message, String field) {
    return switch (message) {
      case EXECUTION_PHASE_PENDING -> ExecutionState.PENDING;
      case EXECUTION_PHASE_LAUNCHING -> ExecutionState.LAUNCHING;
      case EXECUTION_PHASE_RUNNING -> ExecutionState.RUNNING;
      case EXECUTION_PHASE_STOPPING -> ExecutionState.STOPPING;
      case EXECUTION_PHASE_ENDED -> ExecutionState.ENDED;
      case EXECUTION_PHASE_UNSPECIFIED, UNRECOGNIZED ->
          throw Refusal.invalidField(field, "not set, or not known here");
    };
  }

  /** Writes a phase. */
  public static ExecutionPhase toProto(ExecutionState value) {
    return switch (value) {
      case PENDING -> ExecutionPhase.EXECUTION_PHASE_PENDING;
      case LAUNCHING -> ExecutionPhase.EXECUTION_PHASE_LAUNCHING;
      case RUNNING -> ExecutionPhase.EXECUTION_PHASE_RUNNING;
      case STOPPING -> ExecutionPhase.EXECUTION_PHASE_STOPPING;
      case ENDED -> ExecutionPhase.EXECUTION_PHASE_ENDED;
    };
  }

  /** Reads an application's state; empty for one that only a newer peer knows. */
  public static Optional<ApplicationState> toModel(ApplicationInfo.State message) {
    return switch (message) {
      case STATE_QUEUED -> Optional.of(ApplicationState.QUEUED);
      case STATE_STARTING -> Optional.of(ApplicationState.STARTING);
      case STATE_RUNNING -> Optional.of(ApplicationState.RUNNING);
      case STATE_RESTARTING -> Optional.of(ApplicationState.RESTARTING);
      case STATE_STOPPING -> Optional.of(ApplicationState.STOPPING);
      case STATE_SUCCEEDED -> Optional.of(ApplicationState.SUCCEEDED);
      case STATE_FAILED -> Optional.of(ApplicationState.FAILED);
      case STATE_KILLED -> Optional.of(ApplicationState.KILLED);
      case STATE_LOST -> Optional.of(ApplicationState.LOST);
      case STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** Writes an application's state. */
  public static ApplicationInfo.State toProto(ApplicationState value) {
    return switch (value) {
      case QUEUED -> ApplicationInfo.State.STATE_QUEUED;
      case STARTING -> ApplicationInfo.State.STATE_STARTING;
      case RUNNING -> ApplicationInfo.State.STATE_RUNNING;
      case RESTARTING -> ApplicationInfo.State.STATE_RESTARTING;
      case STOPPING -> ApplicationInfo.State.STATE_STOPPING;
      case SUCCEEDED -> ApplicationInfo.State.STATE_SUCCEEDED;
      case FAILED -> ApplicationInfo.State.STATE_FAILED;
      case KILLED -> ApplicationInfo.State.STATE_KILLED;
      case LOST -> ApplicationInfo.State.STATE_LOST;
    };
  }

  /** Reads a worker's state; empty for one that only a newer peer knows. */
  public static Optional<WorkerState> toModel(WorkerInfo.State message) {
    return switch (message) {
      case STATE_LIVE -> Optional.of(WorkerState.LIVE);
      case STATE_SUSPECT -> Optional.of(WorkerState.SUSPECT);
      case STATE_DRAINING -> Optional.of(WorkerState.DRAINING);
      case STATE_LOST -> Optional.of(WorkerState.LOST);
      case STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /** Writes a worker's state. */
  public static WorkerInfo.State toProto(WorkerState value) {
    return switch (value) {
      case LIVE -> WorkerInfo.State.STATE_LIVE;
      case SUSPECT -> WorkerInfo.State.STATE_SUSPECT;
      case DRAINING -> WorkerInfo.State.STATE_DRAINING;
      case LOST -> WorkerInfo.State.STATE_LOST;
    };
  }

  /** Reads a deploy mode. */
  public static DeployMode toModel(SubmissionSpec.Mode message, String field) {
    return switch (message) {
      case MODE_CLIENT -> DeployMode.CLIENT;
      case MODE_CLUSTER -> DeployMode.CLUSTER;
      case MODE_UNSPECIFIED, UNRECOGNIZED ->
          throw Refusal.invalidField(field, "not set, or not known here");
    };
  }

  /** Writes a deploy mode. */
  public static SubmissionSpec.Mode toProto(DeployMode value) {
    return switch (value) {
      case CLIENT -> SubmissionSpec.Mode.MODE_CLIENT;
      case CLUSTER -> SubmissionSpec.Mode.MODE_CLUSTER;
    };
  }

  /** Reads the word {@code client} or {@code cluster}. */
  public static DeployMode deployMode(String word, String field) {
    for (DeployMode mode : DeployMode.values()) {
      if (mode.word().equals(word)) {
        return mode;
      }
    }
    throw Refusal.invalidField(
        field, "not a deploy mode: '" + word + "' (expected client or cluster)");
  }
}
