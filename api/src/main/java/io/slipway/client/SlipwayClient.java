package io.slipway.client;

import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import io.slipway.proto.cluster.v1.DescribeClusterRequest;
import io.slipway.proto.cluster.v1.DrainWorkerRequest;
import io.slipway.proto.cluster.v1.ListMastersRequest;
import io.slipway.proto.cluster.v1.ListWorkersRequest;
import io.slipway.proto.cluster.v1.ListWorkersResponse;
import io.slipway.proto.submission.v1.ExplainApplicationRequest;
import io.slipway.proto.submission.v1.ExplainApplicationResponse;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.ListApplicationsRequest;
import io.slipway.proto.submission.v1.ListApplicationsResponse;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.proto.submission.v1.WatchApplicationRequest;
import io.slipway.proto.submission.v1.WatchApplicationResponse;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.NettyStart;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A submitter's connection to a cluster. Follows the leader among its masters, and makes calls
 * again, under the same ids, while their outcome is unknown.
 *
 * <p>Every method that calls a master blocks, and throws {@link SlipwayException} when the call is
 * refused, or when no master has answered for as long as the client's patience. Safe for use by
 * several threads.
 */
public final class SlipwayClient implements AutoCloseable {
  /** How long calls are repeated unless said otherwise. */
  public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(15);

  private final List<HostPort> masters;
  private final Channels channels;
  private final LeaderChannel leader;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SlipwayClient(List<HostPort> masters, String token, Duration patience) {
    this.masters = List.copyOf(masters);
    NettyStart.prepare();
    this.channels = new Channels("slipway-client");
    this.leader =
        new LeaderChannel(
            channels,
            LeaderChannel.Settings.of(masters, TokenSource.of(token), Patience.of(patience)));
  }

  /**
   * Makes a client; it connects with the first call.
   *
   * @param masters all masters' addresses, at least one
   * @param token the user token
   * @param patience how long a call is repeated while no master answers it
   */
  public static SlipwayClient connect(List<HostPort> masters, String token, Duration patience) {
    return new SlipwayClient(masters, token, patience);
  }

  /** The same with the usual patience. */
  public static SlipwayClient connect(List<HostPort> masters, String token) {
    return connect(masters, token, DEFAULT_PATIENCE);
  }

  /**
   * The same with the user token from its usual place: the directory that {@code SLIPWAY_TOKEN_DIR}
   * names, or {@code ~/.config/slipway}.
   *
   * @throws SlipwayException naming the file, if there is no token that can be read
   */
  public static SlipwayClient connect(List<HostPort> masters) {
    return connect(masters, userToken());
  }

  /** The same with another patience. */
  public static SlipwayClient connect(List<HostPort> masters, Duration patience) {
    return connect(masters, userToken(), patience);
  }

  private static String userToken() {
    try {
      return TokenFiles.locate(Optional.empty(), System.getenv()).userToken().token();
    } catch (TokenException e) {
      throw new SlipwayException(SlipwayException.Kind.NOT_ALLOWED, "", e.getMessage(), e);
    }
  }

  /** The masters' addresses. */
  public List<HostPort> masters() {
    return masters;
  }

  /** Uploads what the cluster does not have, and hands in the application. */
  public ApplicationHandle submit(Submission submission) throws IOException, InterruptedException {
    return submit(submission, UploadListener.NONE);
  }

  /**
   * The same, telling how far uploads have come.
   *
   * @throws IOException naming the file, if one can't be read
   */
  public ApplicationHandle submit(Submission submission, UploadListener listener)
      throws IOException, InterruptedException {
    upload(submission.artifacts(), listener);
    SubmitApplicationRequest request =
        SubmitApplicationRequest.newBuilder()
            .setRequestId(submission.requestId())
            .setSpec(Wire.submission(submission.spec()))
            .build();
    SubmitApplicationResponse answer =
        call(SubmissionServiceGrpc.getSubmitApplicationMethod(), request);
    Optional<ApplicationHandle.ClientModeGrant> grant =
        submission.spec().deployMode() == DeployMode.CLIENT
            ? Optional.of(
                new ApplicationHandle.ClientModeGrant(
                    answer.getApplicationToken(), Wire.duration(answer.getLease())))
            : Optional.empty();
    return new ApplicationHandle(this, new ApplicationId(answer.getApplicationId()), grant);
  }

  /**
   * Uploads those files that the cluster does not have; broken uploads continue.
   *
   * @throws IOException naming the file, if one can't be read
   */
  public void upload(Collection<LocalArtifact> artifacts, UploadListener listener)
      throws IOException, InterruptedException {
    try {
      new ArtifactUpload(leader, listener).upload(artifacts);
    } catch (Refusal refusal) {
      throw Wire.exception(refusal);
    }
  }

  /** A handle on an application that was handed in before. */
  public ApplicationHandle handle(ApplicationId id) {
    return new ApplicationHandle(this, id, Optional.empty());
  }

  /**
   * All about one application.
   *
   * @param id its id, or a prefix that no other has
   */
  public ApplicationDetails get(String id) throws InterruptedException {
    return Wire.details(
        call(
            SubmissionServiceGrpc.getGetApplicationMethod(),
            GetApplicationRequest.newBuilder().setApplicationId(id).build()));
  }

  /**
   * Applications, newest first.
   *
   * @param states only these; empty for all
   * @param limit at most so many
   */
  public List<ApplicationReport> list(Set<ApplicationState> states, int limit)
      throws InterruptedException {
    List<ApplicationReport> found = new ArrayList<>();
    String page = "";
    do {
      ListApplicationsRequest.Builder request =
          ListApplicationsRequest.newBuilder().setPageToken(page);
      states.forEach(state -> request.addStates(Wire.state(state)));
      ListApplicationsResponse answer =
          call(SubmissionServiceGrpc.getListApplicationsMethod(), request.build());
      answer.getApplicationsList().forEach(info -> found.add(Wire.report(info)));
      page = answer.getNextPageToken();
    } while (!page.isEmpty() && found.size() < limit);
    return List.copyOf(found.subList(0, Math.min(limit, found.size())));
  }

  /**
   * Waits until an application's state is final, for ever and whatever fails on the way.
   *
   * @param id its id, or a prefix that no other has
   * @param watcher told the state now and after each change, on this thread; states in between may
   *     be passed over
   * @return the final state
   */
  public ApplicationReport watch(String id, Consumer<ApplicationReport> watcher)
      throws InterruptedException {
    AtomicReference<ApplicationReport> last = new AtomicReference<>();
    WatchApplicationRequest request =
        WatchApplicationRequest.newBuilder().setApplicationId(id).build();
    try {
      while (last.get() == null || !last.get().state().isFinal()) {
        leader.follow(
            SubmissionServiceGrpc.getWatchApplicationMethod(),
            () -> request,
            (WatchApplicationResponse answer) -> {
              ApplicationReport report = Wire.report(answer.getApplication());
              if (!report.equals(last.getAndSet(report))) {
                watcher.accept(report);
              }
              return !report.state().isFinal();
            },
            Patience.FOREVER);
      }
    } catch (Refusal refusal) {
      throw Wire.exception(refusal);
    }
    return last.get();
  }

  /**
   * Asks for the end of an application; one that has ended is left as it is.
   *
   * @param id its id, or a prefix that no other has
   * @return its state now
   */
  public ApplicationReport kill(String id) throws InterruptedException {
    return Wire.report(
        call(
                SubmissionServiceGrpc.getKillApplicationMethod(),
                KillApplicationRequest.newBuilder().setApplicationId(id).build())
            .getApplication());
  }

  /**
   * Opens the output of an execution. Reading blocks, goes on across breaks, and throws {@code
   * IOException} with a {@link SlipwayException} as its cause if the log is refused; an interrupt
   * ends it with {@code InterruptedIOException}. The stream must be closed.
   */
  public InputStream readLog(LogQuery query) {
    return new LogInputStream(leader, query);
  }

  /** Why an application waits. */
  public Explanation explain(String id) throws InterruptedException {
    ExplainApplicationResponse answer =
        call(
            SubmissionServiceGrpc.getExplainApplicationMethod(),
            ExplainApplicationRequest.newBuilder().setApplicationId(id).build());
    return new Explanation(Wire.report(answer.getApplication()), answer.getReasonsList());
  }

  /** All workers, by id. */
  public List<WorkerReport> workers() throws InterruptedException {
    List<WorkerReport> found = new ArrayList<>();
    String page = "";
    do {
      ListWorkersResponse answer =
          call(
              ClusterServiceGrpc.getListWorkersMethod(),
              ListWorkersRequest.newBuilder().setPageToken(page).build());
      answer.getWorkersList().forEach(info -> found.add(Wire.worker(info)));
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return List.copyOf(found);
  }

  /**
   * Places nothing new on a worker, or ends that.
   *
   * @param drain false ends the draining
   */
  public WorkerReport drain(WorkerId worker, boolean drain) throws InterruptedException {
    return Wire.worker(
        call(
                ClusterServiceGrpc.getDrainWorkerMethod(),
                DrainWorkerRequest.newBuilder()
                    .setWorkerId(worker.value())
                    .setDrain(drain)
                    .setRequestId(UUID.randomUUID().toString())
                    .build())
            .getWorker());
  }

  /** The cluster's identity and sums. */
  public ClusterReport describeCluster() throws InterruptedException {
    return Wire.cluster(
        call(
            ClusterServiceGrpc.getDescribeClusterMethod(),
            DescribeClusterRequest.getDefaultInstance()));
  }

  /** The masters, as the one that is asked knows them. */
  public List<MasterReport> listMasters() throws InterruptedException {
    return call(ClusterServiceGrpc.getListMastersMethod(), ListMastersRequest.getDefaultInstance())
        .getMastersList()
        .stream()
        .map(info -> new MasterReport(info.getAddress(), info.getLeader(), info.getVersion()))
        .toList();
  }

  private <Q, R> R call(io.grpc.MethodDescriptor<Q, R> method, Q request)
      throws InterruptedException {
    try {
      return leader.call(method, request);
    } catch (Refusal refusal) {
      throw Wire.exception(refusal);
    }
  }

  /**
   * Drops the connections. Handles and log streams of this client are of no use any more.
   * Idempotent.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    leader.close();
    channels.close();
  }
}
