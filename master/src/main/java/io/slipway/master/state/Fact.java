package io.slipway.master.state;

import com.google.protobuf.ByteString;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;

/** Something that came from outside, was accepted, and is worth remembering over a restart. */
public sealed interface Fact {

  /**
   * A master leads from now on. The first one ever brings what names and secures the cluster; later
   * ones' id and key are ignored.
   *
   * @param graceMillis for how long nothing is lost, so that everybody can be heard
   */
  record Leading(
      String clusterId,
      ByteString clusterKey,
      int featureLevel,
      ClusterSettings settings,
      long graceMillis)
      implements Fact {}

  /** An application was accepted; its id was taken from the state. */
  record Submitted(
      ApplicationId id,
      String day,
      int dayNumber,
      String owner,
      String requestId,
      Digest requestDigest,
      ApplicationSpec spec,
      boolean executorsAwaitDriver)
      implements Fact {}

  /**
   * The driver of an attempt registered.
   *
   * @param profiles replace the application's; empty keeps them
   */
  record DriverRegistered(
      ApplicationId application,
      int attempt,
      Optional<HostPort> address,
      Optional<String> page,
      List<ExecutorProfile> profiles)
      implements Fact {}

  /** A registered driver told of itself; what is empty stays. */
  record DriverUpdated(
      ApplicationId application,
      int attempt,
      Optional<HostPort> address,
      Optional<String> page,
      Optional<String> progress)
      implements Fact {}

  /**
   * A driver sent its whole table of targets; a profile that is missing has target 0.
   *
   * @param maxCores cap on cores; empty keeps the present one
   */
  record TargetsSet(
      ApplicationId application,
      TargetsVersion version,
      SortedMap<String, ExecutorTarget> targets,
      OptionalInt maxCores,
      SortedSet<WorkerId> excluded)
      implements Fact {}

  /** A driver gave executors back, by number; grace as in the template unless it is given. */
  record ExecutorsReleased(
      ApplicationId application, List<Integer> numbers, Optional<Duration> grace) implements Fact {}

  /**
   * The launch side of a client-mode driver was heard: it took the lease, the driver runs, or it
   * was heard again after silence.
   *
   * @param holder who has the driver's lease
   * @param starting whether the driver has not been started yet
   * @param runMillis for how long it had been running then
   */
  record DriverHeard(
      ApplicationId application, int attempt, String holder, boolean starting, long runMillis)
      implements Fact {}

  /** A client-mode driver's lease lapsed; it has been silent for so long. */
  record DriverSuspected(ApplicationId application, int attempt, long silentMillis)
      implements Fact {}

  /** A driver said that it needs no more executors. */
  record FinishRequested(ApplicationId application, int attempt) implements Fact {}

  /** Somebody wants an application to end. */
  record KillRequested(ApplicationId application, String by, Optional<Duration> grace)
      implements Fact {}

  /** A worker registered, and got this epoch. */
  record WorkerRegistered(WorkerId worker, long epoch, WorkerRegistration registration)
      implements Fact {}

  /** A worker's lease lapsed; it has been silent for so long. */
  record WorkerSuspected(WorkerId worker, long epoch, long silentMillis) implements Fact {}

  /** A suspected worker was heard again. */
  record WorkerHeard(WorkerId worker, long epoch) implements Fact {}

  /**
   * An operator began or ended the draining of a worker.
   *
   * @param requestId empty if the operator named none
   */
  record WorkerDrained(
      WorkerId worker, boolean draining, String by, String requestId, Digest requestDigest)
      implements Fact {}

  /** A launcher confirmed an execution. */
  record ExecutionLaunched(ExecutionId execution, SortedMap<String, HostPort> ports)
      implements Fact {}

  /** An execution ended, or its worker told the truth about one that was lost. */
  record ExecutionEnded(ExecutionId execution, Ending ending, ByteString stdout, ByteString stderr)
      implements Fact {}

  /** Cluster time went on; said now and then where a restart must not lose it. */
  record TimeNoted() implements Fact {}

  /** A deadline of the state passed. */
  record DeadlinePassed(Deadline.Key deadline) implements Fact {}
}
