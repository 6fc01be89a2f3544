package io.slipway.master.decide;

import com.google.protobuf.ByteString;
import io.slipway.master.scheduling.Explanation;
import io.slipway.master.state.Application;
import io.slipway.master.state.DriverRegistration;
import io.slipway.master.state.Worker;
import io.slipway.master.state.WorkerRegistration;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
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

/**
 * Something that is asked of the master's loop. Who asks has been authenticated and authorised
 * before: a {@code principal} is a user's name, and an (application, attempt) was proved with the
 * application's token. Every request may be refused with INVALID, NOT_LEADER, UNKNOWN, OVERLOADED
 * and INTERNAL; other reasons stand with each.
 *
 * @param <R> the reply
 */
public sealed interface Request<R> {

  // Clients

  /**
   * Hands in an application. The same request id of the same principal gets the same reply for 24
   * hours of cluster time. Refused with REQUEST_ID_REUSED, LIMIT, QUOTA.
   *
   * @param principal becomes the owner
   * @param requestId 1 to 128 characters
   * @param requestDigest of the request's body without the id
   * @param spec what to run
   * @param executorsAwaitDriver whether executors are launched only once the driver has registered
   *     (and are reserved until then, for register-timeout at most); else once the driver runs
   * @param noRoom why nothing new can be taken at present; empty if it can
   */
  record SubmitApplication(
      String principal,
      String requestId,
      Digest requestDigest,
      ApplicationSpec spec,
      boolean executorsAwaitDriver,
      Optional<String> noRoom)
      implements Request<Submitted> {}

  /**
   * The id of an accepted application.
   *
   * @param application its id
   * @param attempt 1 if the submitter may start the driver: in client mode, until it was heard of;
   *     else 0
   * @param repeated whether this request had been answered before
   * @param leaseMillis how long a client-mode driver is thought alive after each renewal
   */
  record Submitted(ApplicationId application, int attempt, boolean repeated, long leaseMillis) {}

  /**
   * Shows an application with its executions. Refused with NOT_FOUND.
   *
   * @param prefix an id, or the beginning of one that no other id has (INVALID if others have)
   */
  record GetApplication(String prefix) implements Request<ApplicationView> {}

  /**
   * An application and its executions, drivers first, then executors by number.
   *
   * @param workers those that the executions are on, as far as they are known
   * @param cursor of what it shows, to compare with watches
   */
  record ApplicationView(
      Application application,
      List<io.slipway.master.state.Execution> executions,
      List<Worker> workers,
      Cursor cursor) {}

  /** A place in the sequence of committed rounds. */
  record Cursor(long term, long number) {}

  /**
   * Lists applications, the newest first.
   *
   * @param states only these; all if empty
   * @param owner only this one's
   * @param pageSize at most this many, 1 to 500
   * @param pageToken from the page before; empty for the first
   */
  record ListApplications(
      SortedSet<ApplicationState> states, Optional<String> owner, int pageSize, String pageToken)
      implements Request<ApplicationPage> {}

  /**
   * A page.
   *
   * @param nextPageToken empty if this is the last
   */
  record ApplicationPage(List<ApplicationSummary> applications, String nextPageToken) {}

  /**
   * An application, how many of its executors there are, and the cores that driver and executors
   * hold.
   */
  record ApplicationSummary(
      Application application, int runningExecutors, int activeExecutors, int activeCores) {}

  /**
   * Ends an application; the reply is its present state, also when it is over. Refused with
   * NOT_FOUND.
   *
   * @param grace instead of the templates'
   */
  record KillApplication(ApplicationId application, String principal, Optional<Duration> grace)
      implements Request<Application> {}

  /** Says why an application waits. Refused with NOT_FOUND. */
  record ExplainApplication(ApplicationId application) implements Request<Explanation> {}

  // Drivers

  /**
   * A driver says that it is there; repeating it resumes its session. Refused with NOT_FOUND,
   * STALE_ATTEMPT, FAILED_PRECONDITION (the application is over), INVALID (profiles), LIMIT.
   *
   * @param address where it serves its executors
   * @param page of its web page
   * @param profiles replace the application's, unless empty
   * @param keepOthers whether those of the application's that are not named there stay
   */
  record RegisterApplication(
      ApplicationId application,
      int attempt,
      Optional<HostPort> address,
      Optional<String> page,
      List<ExecutorProfile> profiles,
      boolean keepOthers)
      implements Request<ApplicationView> {}

  /**
   * A registered driver tells of itself; empty keeps. Refused with NOT_FOUND, STALE_ATTEMPT,
   * FAILED_PRECONDITION, LIMIT.
   */
  record UpdateApplication(
      ApplicationId application,
      int attempt,
      Optional<HostPort> address,
      Optional<String> page,
      Optional<String> progress)
      implements Request<Application> {}

  /**
   * Says how many executors are wanted. The table is whole: a profile that is missing gets target
   * 0. A table that is older than the newest is ignored. Kills nothing. Refused with NOT_FOUND,
   * STALE_ATTEMPT, FAILED_PRECONDITION (finishing or over), INVALID (unknown profile).
   *
   * @param number of this table, growing within the attempt
   * @param maxCores new cap on cores; empty keeps it
   * @param excluded workers to avoid
   */
  record SetExecutorTargets(
      ApplicationId application,
      int attempt,
      long number,
      SortedMap<String, ExecutorTarget> targets,
      OptionalInt maxCores,
      SortedSet<WorkerId> excluded)
      implements Request<Application> {}

  /**
   * Stops executors by number and changes no target; numbers that have ended or never were are
   * ignored. Refused with NOT_FOUND, STALE_ATTEMPT, LIMIT.
   *
   * @param grace instead of the template's
   */
  record ReleaseExecutors(
      ApplicationId application, int attempt, SortedSet<Integer> numbers, Optional<Duration> grace)
      implements Request<Application> {}

  /** Where the driver is, for executors. Refused with NOT_FOUND. */
  record LocateDriver(ApplicationId application) implements Request<DriverLocation> {}

  /**
   * Where a driver is.
   *
   * @param attempt the newest
   * @param registration empty while that attempt has not registered
   * @param state the application's
   */
  record DriverLocation(
      int attempt, Optional<DriverRegistration> registration, ApplicationState state) {}

  /**
   * The launch side of a client-mode driver takes its lease, or keeps it. The first renewal that is
   * not {@code starting} makes the application RUNNING. Refused with NOT_FOUND, STALE_ATTEMPT,
   * FAILED_PRECONDITION (cluster mode, or somebody else has the lease).
   *
   * @param holder names whoever starts the driver
   * @param starting whether the driver has not been started yet
   */
  record RenewLease(ApplicationId application, int attempt, String holder, boolean starting)
      implements Request<LeaseRenewed> {}

  /**
   * A lease was renewed.
   *
   * @param leaseMillis how long it holds
   * @param renewAfterMillis when to renew it next
   * @param state the application's; STOPPING and final states mean: end the driver
   * @param stop the order to end the driver, once there is one
   */
  record LeaseRenewed(
      long leaseMillis,
      long renewAfterMillis,
      ApplicationState state,
      Optional<io.slipway.master.state.StopOrder> stop) {}

  /**
   * Without an ending: the driver needs no more executors. With one (client mode only, else
   * FAILED_PRECONDITION): how the driver ended. The reply is the present state. Refused with
   * NOT_FOUND, STALE_ATTEMPT.
   *
   * @param ran with an ending: how long the driver's process ran, if there was one
   */
  record FinishApplication(
      ApplicationId application,
      int attempt,
      Optional<Ending> ending,
      Optional<Duration> ran,
      ByteString stdout,
      ByteString stderr)
      implements Request<Application> {}

  // Workers

  /**
   * A worker registers, at its start and whenever it was refused with STALE_EPOCH.
   *
   * @param lastEpoch the highest epoch it ever had; 0 if none
   * @param executions all that it has, also ended ones that are not acknowledged
   */
  record RegisterWorker(
      WorkerId worker,
      long lastEpoch,
      WorkerRegistration registration,
      List<ListedExecution> executions)
      implements Request<WorkerRegistered> {}

  /**
   * An execution that a worker has.
   *
   * @param state LAUNCHING, RUNNING, STOPPING, or ENDED and not acknowledged
   * @param ports its named ports, once it runs
   */
  record ListedExecution(
      ExecutionId execution, ExecutionState state, SortedMap<String, HostPort> ports) {}

  /** A worker is registered. */
  record WorkerRegistered(
      long epoch, Fencing fencing, LeaseTerms lease, Reconciliation reconciliation) {}

  /** How long a worker is thought alive, and how often it should be heard. */
  record LeaseTerms(long leaseMillis, long heartbeatMillis) {}

  /**
   * What a worker should do about what it listed, and what it should report on.
   *
   * @param keep go on
   * @param stop stop; when the worker reports that one ended, it is acknowledged
   * @param report the state believes that these run there, and they were not listed: report what is
   *     known, {@link ExecutionReport.Unknown} if that is nothing
   */
  record Reconciliation(
      List<ExecutionId> keep, List<StopInstruction> stop, List<ExecutionId> report) {
    /** Nothing to do. */
    public static final Reconciliation NOTHING =
        new Reconciliation(List.of(), List.of(), List.of());
  }

  /** An execution to stop. */
  record StopInstruction(ExecutionId execution, Duration grace, String by, String reason) {}

  /**
   * A worker lives. Refused with STALE_EPOCH (also when it is lost or unknown: register again).
   *
   * @param digest of its sorted (id, state) list, any function of it
   * @param executions the list, if the answer to the last heartbeat wanted it; else empty
   */
  record Heartbeat(
      WorkerId worker, long epoch, ByteString digest, Optional<List<ListedExecution>> executions)
      implements Request<HeartbeatReply> {}

  /**
   * The answer to a heartbeat.
   *
   * @param listWanted whether the list should come with another heartbeat at once
   * @param reconciliation about the list that came
   * @param draining whether nothing new is placed there
   */
  record HeartbeatReply(
      Fencing fencing,
      LeaseTerms lease,
      boolean listWanted,
      Reconciliation reconciliation,
      boolean draining) {}

  /**
   * A worker tells what became of executions, again and again until it is acknowledged. Refused
   * with STALE_EPOCH.
   */
  record ReportExecutions(WorkerId worker, long epoch, List<ExecutionReport> reports)
      implements Request<ReportsAcknowledged> {}

  /** What became of one execution. */
  sealed interface ExecutionReport {
    /** Which. */
    ExecutionId execution();

    /** The launcher confirmed it. */
    record Launched(ExecutionId execution, SortedMap<String, HostPort> ports)
        implements ExecutionReport {}

    /** It ended, or was never started. */
    record Ended(ExecutionId execution, Ending ending, ByteString stdout, ByteString stderr)
        implements ExecutionReport {}

    /** The worker was asked and knows nothing of it. */
    record Unknown(ExecutionId execution) implements ExecutionReport {}
  }

  /**
   * Reports that are on disk, or that say nothing new.
   *
   * @param acknowledged need not be reported again; others must be
   */
  record ReportsAcknowledged(List<ExecutionId> acknowledged) {}

  // Operators

  /**
   * Begins or ends the draining of a worker: nothing new is placed, what runs may finish. Refused
   * with NOT_FOUND, REQUEST_ID_REUSED.
   *
   * @param requestId empty for none
   */
  record DrainWorker(
      WorkerId worker, boolean drain, String principal, String requestId, Digest requestDigest)
      implements Request<Worker> {}

  /**
   * Lists workers by id.
   *
   * @param pageSize at most this many, 1 to 500
   * @param pageToken from the page before; empty for the first
   */
  record ListWorkers(int pageSize, String pageToken) implements Request<WorkerPage> {}

  /**
   * A page.
   *
   * @param nextPageToken empty if this is the last
   */
  record WorkerPage(List<WorkerSummary> workers, String nextPageToken) {}

  /** A worker and what runs there. */
  record WorkerSummary(Worker worker, int executions) {}

  /** Shows one worker with what is active there. Refused with NOT_FOUND. */
  record GetWorker(WorkerId worker) implements Request<WorkerView> {}

  /** A worker and its active executions. */
  record WorkerView(Worker worker, List<io.slipway.master.state.Execution> executions) {}

  /** Describes the cluster. */
  record DescribeCluster() implements Request<ClusterView> {}

  /**
   * The cluster at a glance.
   *
   * @param workers how many by state
   * @param capacity of the workers that are not lost
   * @param allocated there
   * @param applications how many by state
   */
  record ClusterView(
      Fencing fencing,
      Cursor cursor,
      SortedMap<io.slipway.model.WorkerState, Integer> workers,
      io.slipway.model.Resources capacity,
      io.slipway.model.Resources allocated,
      SortedMap<ApplicationState, Integer> applications,
      int waitingApplications) {}

  /** All applications, as references; for what looks at all of them on a thread of its own. */
  record ListAllApplications() implements Request<List<io.slipway.master.state.Application>> {}
}
