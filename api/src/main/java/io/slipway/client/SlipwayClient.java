package io.slipway.client;

import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import io.slipway.proto.cluster.v1.DescribeClusterRequest;
import io.slipway.proto.cluster.v1.DrainWorkerRequest;
import io.slipway.proto.cluster.v1.ListMastersRequest;
import io.slipway.proto.cluster.v1.ListWorkersRequest;
import io.slipway.proto.submission.v1.ExplainApplicationRequest;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.ListApplicationsRequest;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.rpc.TokenException;
import io.slipway.rpc.TokenFiles;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A submitter's connection to a cluster. Follows the leader among its masters, and makes calls
 * again, under the same ids, while their outcome is unknown. Safe for use by several threads.
 *
 * <p>Methods that call a master block. They throw {@link SlipwayException} when the call is
 * refused, when no master has answered for as long as the client's patience, when the time-out of
 * {@link #withTimeout} is over, or when the client is closed; and {@link InterruptedException} when
 * their thread is interrupted, which ends the call.
 *
 * <p>Those whose name ends in {@code Async} return at once. Their futures complete on the JDK's
 * common pool ({@link java.util.concurrent.ForkJoinPool#commonPool}), and fail with what the
 * blocking form throws; cancelling one ends its call. A client has one thread of its own, on which
 * no code of its users runs, and besides one for each submission under way, each open log and each
 * subscriber. {@link #close} ends them all.
 */
public final class SlipwayClient implements AutoCloseable {
  /** How long calls are repeated unless said otherwise. */
  public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(15);

  private final Connection connection;
  private final Calls calls;

  private SlipwayClient(Connection connection, Calls calls) {
    this.connection = connection;
    this.calls = calls;
  }

  /**
   * Makes a client; it connects with the first call.
   *
   * @param masters all masters' addresses, at least one
   * @param token the user token
   * @param patience how long a call is repeated while no master answers it
   */
  public static SlipwayClient connect(List<HostPort> masters, String token, Duration patience) {
    return new SlipwayClient(new Connection(masters, token, patience), new Calls(Optional.empty()));
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

  /**
   * The same.
   *
   * @param masters all masters, {@code HOST:PORT}, separated by commas
   * @throws IllegalArgumentException naming what is no address
   */
  public static SlipwayClient connect(String masters) {
    return connect(HostPort.parseList(masters));
  }

  private static String userToken() {
    try {
      return TokenFiles.locate(Optional.empty(), System.getenv()).userToken().token();
    } catch (TokenException e) {
      throw new SlipwayException(SlipwayException.Kind.NOT_ALLOWED, "", e.getMessage(), e);
    }
  }

  /**
   * The same client, whose calls (uploads included, but not streams, nor what waits for an
   * application) last so long at most, from their begin, and then fail as {@link
   * SlipwayException.Kind#TIMED_OUT}. Both share the connections; closing one closes the other.
   *
   * @param timeout more than zero
   */
  public SlipwayClient withTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("not a time-out: " + timeout);
    }
    return new SlipwayClient(connection, new Calls(Optional.of(timeout)));
  }

  /** The masters' addresses. */
  public List<HostPort> masters() {
    return connection.masters();
  }

  /**
   * Submits an application of cluster mode: reads its files, uploads those that the cluster does
   * not have, and hands it in.
   *
   * @throws IOException naming the file, if one is missing or can't be read, or is neither a jar
   *     nor a class directory
   * @throws IllegalArgumentException naming the value, if it can't be launched as it is; or if it
   *     is one of client mode, whose driver runs beside its submitter: a program that is the driver
   *     itself opens a session ({@code SlipwaySession.builder().master(...)}), and the command
   *     {@code slipway submit} starts any other
   */
  public ApplicationHandle submit(Specification specification)
      throws IOException, InterruptedException {
    return accepted(submitting(submitter -> submitter.submit(specification)));
  }

  /** The same without waiting. Files are read and uploaded on a thread of its own. */
  public CompletableFuture<ApplicationHandle> submitAsync(Specification specification) {
    return calls.forUsers(
        Calls.map(inBackground(submitter -> submitter.submit(specification)), this::accepted));
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
    return accepted(submitting(submitter -> submitter.submit(submission, listener)));
  }

  /**
   * The same without waiting. Files are uploaded on a thread of its own, which is the listener's.
   */
  public CompletableFuture<ApplicationHandle> submitAsync(
      Submission submission, UploadListener listener) {
    return calls.forUsers(
        Calls.map(
            inBackground(submitter -> submitter.submit(submission, listener)), this::accepted));
  }

  /**
   * Uploads those files that the cluster does not have; broken uploads continue.
   *
   * @throws IOException naming the file, if one can't be read
   */
  public void upload(Collection<LocalArtifact> artifacts, UploadListener listener)
      throws IOException, InterruptedException {
    submitting(
        submitter -> {
          submitter.upload(artifacts, listener);
          return true;
        });
  }

  /** Reads and sends files. */
  private interface Work<T> {
    T with(Submitter submitter) throws IOException, InterruptedException;
  }

  private <T> T submitting(Work<T> work) throws IOException, InterruptedException {
    if (calls.timeout().isEmpty()) {
      return work.with(new Submitter(connection.leader()));
    }
    try {
      return calls.awaitAny(inBackground(work));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException unreadable) {
        throw unreadable;
      }
      throw Calls.exception(e);
    }
  }

  private <T> CompletableFuture<T> inBackground(Work<T> work) {
    return connection.inBackground(() -> work.with(new Submitter(connection.leader())));
  }

  private ApplicationHandle accepted(Submitter.Accepted accepted) {
    return new ApplicationHandle(this, accepted.id(), accepted.grant());
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
    return calls.await(details(id));
  }

  /** The same without waiting. */
  public CompletableFuture<ApplicationDetails> getAsync(String id) {
    return calls.forUsers(details(id));
  }

  private CompletableFuture<ApplicationDetails> details(String id) {
    return call(
        SubmissionServiceGrpc.getGetApplicationMethod(),
        GetApplicationRequest.newBuilder().setApplicationId(id).build(),
        Wire::details);
  }

  /**
   * Applications, newest first.
   *
   * @param states only these; empty for all
   * @param limit at most so many
   */
  public List<ApplicationReport> list(Set<ApplicationState> states, int limit)
      throws InterruptedException {
    return calls.await(page(states, limit, "", new ArrayList<>()));
  }

  /** The same without waiting. */
  public CompletableFuture<List<ApplicationReport>> listAsync(
      Set<ApplicationState> states, int limit) {
    return calls.forUsers(page(states, limit, "", new ArrayList<>()));
  }

  private CompletableFuture<List<ApplicationReport>> page(
      Set<ApplicationState> states, int limit, String token, List<ApplicationReport> found) {
    ListApplicationsRequest.Builder request =
        ListApplicationsRequest.newBuilder().setPageToken(token);
    states.forEach(state -> request.addStates(Wire.state(state)));
    return connection
        .leader()
        .callAsync(SubmissionServiceGrpc.getListApplicationsMethod(), request.build())
        .thenCompose(
            answer -> {
              answer.getApplicationsList().forEach(info -> found.add(Wire.report(info)));
              String next = answer.getNextPageToken();
              return next.isEmpty() || found.size() >= limit
                  ? CompletableFuture.completedFuture(
                      List.copyOf(found.subList(0, Math.min(limit, found.size()))))
                  : page(states, limit, next, found);
            });
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
    try (NewestReport reports = reports(id)) {
      Optional<ApplicationReport> last = Optional.empty();
      for (Optional<ApplicationReport> report = reports.take();
          report.isPresent();
          report = reports.take()) {
        watcher.accept(report.get());
        last = report;
      }
      return last.orElseThrow();
    }
  }

  /**
   * What becomes of an application, from its state now to its final one, for as long as that takes
   * and whatever fails on the way. Reading blocks; an interrupt ends the stream with a {@link
   * java.util.concurrent.CancellationException}, and the thread's interrupt status is set. The
   * stream must be closed unless it is read to its end; closing it ends a reader that waits.
   *
   * @param id its id, or a prefix that no other has
   */
  public Stream<ApplicationEvent> events(String id) {
    return new EventIterator(reports(id)).stream();
  }

  /**
   * The same for subscribers, each of which is told by a thread of its own, when it has asked for
   * an event.
   */
  public Flow.Publisher<ApplicationEvent> eventPublisher(String id) {
    return new ElementPublisher<>("slipway-events", () -> new EventIterator(reports(id)));
  }

  NewestReport reports(String id) {
    return new NewestReport(watcher -> ApplicationWatch.start(connection.leader(), id, watcher));
  }

  /** The final report, on the connections' thread. */
  CompletableFuture<ApplicationReport> outcome(String id) {
    return ApplicationWatch.start(connection.leader(), id, report -> {});
  }

  /**
   * Asks for the end of an application; one that has ended is left as it is.
   *
   * @param id its id, or a prefix that no other has
   * @return its state now
   */
  public ApplicationReport kill(String id) throws InterruptedException {
    return calls.await(killed(id));
  }

  /** The same without waiting. */
  public CompletableFuture<ApplicationReport> killAsync(String id) {
    return calls.forUsers(killed(id));
  }

  private CompletableFuture<ApplicationReport> killed(String id) {
    return call(
        SubmissionServiceGrpc.getKillApplicationMethod(),
        KillApplicationRequest.newBuilder().setApplicationId(id).build(),
        answer -> Wire.report(answer.getApplication()));
  }

  /**
   * Opens the output of an execution. Reading blocks, goes on across breaks, and throws {@code
   * IOException} with a {@link SlipwayException} as its cause if the log is refused; an interrupt
   * ends it with {@code InterruptedIOException}. The stream must be closed.
   */
  public InputStream readLog(LogQuery query) {
    return connection.openLog(query);
  }

  /**
   * The same as lines of UTF-8. Reading throws {@link SlipwayException} if the log is refused; an
   * interrupt ends the stream with a {@link java.util.concurrent.CancellationException}, and the
   * thread's interrupt status is set. The stream must be closed unless it is read to its end;
   * closing it ends a reader that waits.
   */
  public Stream<String> lines(LogQuery query) {
    return new LogLines(() -> readLog(query)).stream();
  }

  /**
   * The same for subscribers, each of which is told by a thread of its own, when it has asked for a
   * line.
   */
  public Flow.Publisher<String> linePublisher(LogQuery query) {
    return new ElementPublisher<>("slipway-lines", () -> new LogLines(() -> readLog(query)));
  }

  /** Why an application waits. */
  public Explanation explain(String id) throws InterruptedException {
    return calls.await(explained(id));
  }

  /** The same without waiting. */
  public CompletableFuture<Explanation> explainAsync(String id) {
    return calls.forUsers(explained(id));
  }

  private CompletableFuture<Explanation> explained(String id) {
    return call(
        SubmissionServiceGrpc.getExplainApplicationMethod(),
        ExplainApplicationRequest.newBuilder().setApplicationId(id).build(),
        answer -> new Explanation(Wire.report(answer.getApplication()), answer.getReasonsList()));
  }

  /** All workers, by id. */
  public List<WorkerReport> workers() throws InterruptedException {
    return calls.await(workerPage("", new ArrayList<>()));
  }

  private CompletableFuture<List<WorkerReport>> workerPage(String token, List<WorkerReport> found) {
    return connection
        .leader()
        .callAsync(
            ClusterServiceGrpc.getListWorkersMethod(),
            ListWorkersRequest.newBuilder().setPageToken(token).build())
        .thenCompose(
            answer -> {
              answer.getWorkersList().forEach(info -> found.add(Wire.worker(info)));
              String next = answer.getNextPageToken();
              return next.isEmpty()
                  ? CompletableFuture.completedFuture(List.copyOf(found))
                  : workerPage(next, found);
            });
  }

  /**
   * Places nothing new on a worker, or ends that.
   *
   * @param drain false ends the draining
   */
  public WorkerReport drain(WorkerId worker, boolean drain) throws InterruptedException {
    return calls.await(
        call(
            ClusterServiceGrpc.getDrainWorkerMethod(),
            DrainWorkerRequest.newBuilder()
                .setWorkerId(worker.value())
                .setDrain(drain)
                .setRequestId(UUID.randomUUID().toString())
                .build(),
            answer -> Wire.worker(answer.getWorker())));
  }

  /** The cluster's identity and sums. */
  public ClusterReport describeCluster() throws InterruptedException {
    return calls.await(
        call(
            ClusterServiceGrpc.getDescribeClusterMethod(),
            DescribeClusterRequest.getDefaultInstance(),
            Wire::cluster));
  }

  /** The masters, as the one that is asked knows them. */
  public List<MasterReport> listMasters() throws InterruptedException {
    return calls.await(
        call(
            ClusterServiceGrpc.getListMastersMethod(),
            ListMastersRequest.getDefaultInstance(),
            answer -> answer.getMastersList().stream().map(Wire::master).toList()));
  }

  private <Q, R, T> CompletableFuture<T> call(
      io.grpc.MethodDescriptor<Q, R> method, Q request, Function<R, T> mapper) {
    return Calls.map(connection.leader().callAsync(method, request), mapper);
  }

  /**
   * Drops the connections. Whatever is under way fails as {@link SlipwayException.Kind#CLOSED}, and
   * so does what is asked of this client, its handles and streams from now on; the threads of all
   * of them end. Idempotent.
   */
  @Override
  public void close() {
    connection.close();
  }
}
