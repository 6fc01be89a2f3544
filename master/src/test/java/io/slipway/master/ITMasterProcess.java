package io.slipway.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.slipway.model.Digest;
import io.slipway.model.HostPort;
import io.slipway.model.Signals;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.RenewLeaseRequest;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.proto.submission.v1.WatchApplicationRequest;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master as a process, with its journal on disk. */
@Timeout(180)
class ITMasterProcess {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);

  private final Channels channels = new Channels("test");
  private final List<AutoCloseable> opened = new ArrayList<>();

  @TempDir Path directory;

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
    channels.close();
  }

  @Test
  void master_killedAndStartedAgain_keepsWhatWasAcknowledged_andOrdersLaunchesAgain()
      throws Exception {
    MasterProcess first = start(ANY);
    LeaderChannel user = caller(first.address(), tokens().userToken().token());
    FakeWorker worker =
        new FakeWorker(
            "w1", caller(first.address(), tokens().clusterToken()), tokens().clusterToken());
    opened.add(worker);
    worker.register(2);
    SubmitApplicationRequest request = Submissions.request(Submissions.cluster());
    String running = submit(user, request).getApplicationId();
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());
    worker.refusal =
        Optional.of(
            Refusal.of(Status.Code.UNAVAILABLE, Reason.REASON_WORKER_UNREACHABLE, "not now"));
    String ordered = submit(user, Submissions.request(Submissions.cluster())).getApplicationId();
    String waiting = submit(user, Submissions.request(Submissions.cluster())).getApplicationId();
    SubmitApplicationResponse client = submit(user, Submissions.request(Submissions.client()));

    first.crash();
    worker.refusal = Optional.empty();
    start(first.address());

    FakeWorker.Launch again = worker.launched();
    assertThat(again.id()).hasToString(ordered + "-d1");
    assertThat(again.fencing().getTerm()).isGreaterThan(launch.fencing().getTerm());
    assertThat(again.fencing().getClusterId()).isEqualTo(launch.fencing().getClusterId());
    assertThat(state(user, running)).isEqualTo(ApplicationInfo.State.STATE_RUNNING);
    assertThat(state(user, waiting)).isEqualTo(ApplicationInfo.State.STATE_QUEUED);
    assertThat(submit(user, request).getApplicationId()).isEqualTo(running);
    LeaderChannel launchSide = caller(first.address(), client.getApplicationToken());
    assertThat(
            launchSide
                .call(
                    ApplicationServiceGrpc.getRenewLeaseMethod(),
                    RenewLeaseRequest.getDefaultInstance())
                .getStopRequested())
        .isFalse();
    worker.exit(launch.id(), 4);
    assertThat(state(user, running)).isEqualTo(ApplicationInfo.State.STATE_FAILED);
    assertThat(worker.launched().id()).hasToString(waiting + "-d1");
    worker.confirm(again.id());
    worker.exit(again.id(), 0);
    awaitFinal(user, ordered);
    assertThat(state(user, ordered)).isEqualTo(ApplicationInfo.State.STATE_SUCCEEDED);
  }

  @Test
  void master_killedWhileATimeLimitCounts_endsTheApplicationAfterIt() throws Exception {
    MasterProcess first = start(ANY);
    LeaderChannel user = caller(first.address(), tokens().userToken().token());
    FakeWorker worker =
        new FakeWorker(
            "w1", caller(first.address(), tokens().clusterToken()), tokens().clusterToken());
    opened.add(worker);
    worker.register(2);
    String id =
        submit(
                user,
                Submissions.request(
                    Submissions.cluster()
                        .setTimeLimit(com.google.protobuf.Duration.newBuilder().setSeconds(2))))
            .getApplicationId();
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());
    assertThat(state(user, id)).isEqualTo(ApplicationInfo.State.STATE_RUNNING);

    first.crash();
    start(first.address());

    assertThat(worker.stopped().getExecutionId()).isEqualTo(launch.id().toString());
    worker.exit(launch.id(), 0);
    ApplicationInfo info = application(user, id);
    assertThat(info.getState()).isEqualTo(ApplicationInfo.State.STATE_FAILED);
    assertThat(info.getTimeLimitPassed()).isTrue();
    assertThat(info.getReason()).isEqualTo("its time limit of 2s passed");
    assertThat(info.getTermination().getExited()).isZero();
  }

  @Test
  void watch_overARestart_goesOn() throws Exception {
    MasterProcess first = start(ANY);
    LeaderChannel user = caller(first.address(), tokens().userToken().token());
    FakeWorker worker =
        new FakeWorker(
            "w1", caller(first.address(), tokens().clusterToken()), tokens().clusterToken());
    opened.add(worker);
    worker.register(2);
    String id = submit(user, Submissions.request(Submissions.cluster())).getApplicationId();
    FakeWorker.Launch launch = worker.launched();
    worker.confirm(launch.id());
    List<ApplicationInfo.State> states = new ArrayList<>();

    user.follow(
        SubmissionServiceGrpc.getWatchApplicationMethod(),
        () -> WatchApplicationRequest.newBuilder().setApplicationId(id).build(),
        response -> {
          ApplicationInfo.State state = response.getApplication().getState();
          if (states.isEmpty()) {
            crashAndStart(first);
          } else if (state == ApplicationInfo.State.STATE_RUNNING) {
            exit(worker, launch);
          }
          states.add(state);
          return true;
        });

    assertThat(states)
        .startsWith(ApplicationInfo.State.STATE_RUNNING, ApplicationInfo.State.STATE_RUNNING)
        .endsWith(ApplicationInfo.State.STATE_SUCCEEDED);
  }

  @Test
  void master_askedToEnd_closesOrderly() throws Exception {
    MasterProcess master = start(ANY);
    LeaderChannel user = caller(master.address(), tokens().userToken().token());
    String id = submit(user, Submissions.request(Submissions.cluster())).getApplicationId();

    assertThat(master.terminate()).isEqualTo(128 + Signals.TERM);

    start(master.address());
    assertThat(state(user, id)).isEqualTo(ApplicationInfo.State.STATE_QUEUED);
  }

  @Test
  void master_alone_listensOnItsOwnPortOnly() throws Exception {
    MasterProcess master = start(ANY);

    assertThat(master.listening()).containsExactly(master.address().port());
  }

  @Test
  void secondMaster_onTheSameData_isRefused() throws Exception {
    start(ANY);
    Master second =
        new Master(
            new MasterSettings(
                ANY,
                Optional.empty(),
                directory.resolve("data"),
                false,
                Optional.of(directory.resolve("tokens"))),
            (message, cause) -> {});
    opened.add(second);

    assertThatThrownBy(second::start)
        .isInstanceOf(MasterException.class)
        .hasMessageContaining(directory.resolve("data").toString());
  }

  @Test
  void artifact_largerThanTheHeap_passesThrough() throws Exception {
    MasterProcess master = start(ANY, "-Xmx256m");
    LeaderChannel user = caller(master.address(), tokens().userToken().token());
    Digest digest = upload(user, 300);

    assertThat(download(user, digest, () -> {})).isEqualTo(digest);
  }

  @Test
  void artifact_fortyDownloadsAtOnce_needLittleMemory_andSlowOnesHoldNobodyUp() throws Exception {
    MasterProcess master = start(ANY, "-Xmx40m", "-XX:MaxDirectMemorySize=40m");
    String token = tokens().userToken().token();
    int chunks = 8;
    Digest digest = upload(caller(master.address(), token), chunks);
    int downloads = 40;
    CountDownLatch begun = new CountDownLatch(downloads);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Future<Digest>> slow = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(downloads);
    opened.add(
        () -> {
          goOn.countDown();
          threads.shutdown();
        });

    for (int i = 0; i < downloads; i++) {
      LeaderChannel one = caller(master.address(), token);
      slow.add(
          threads.submit(
              () ->
                  download(
                      one,
                      digest,
                      () -> {
                        begun.countDown();
                        Uninterruptibles.awaitUninterruptibly(goOn);
                      })));
    }
    begun.await();

    assertThat(download(caller(master.address(), token), digest, () -> {})).isEqualTo(digest);
    goOn.countDown();
    for (Future<Digest> one : slow) {
      assertThat(one.get()).isEqualTo(digest);
    }
  }

  @Test
  void upload_duringWhichTheMasterIsKilled_goesOnWhereItBroke() throws Exception {
    MasterProcess first = start(ANY);
    LeaderChannel user = caller(first.address(), tokens().userToken().token());
    byte[] bytes = chunk(1);
    Digest digest = Digest.of(bytes);
    int piece = bytes.length / 16;
    Path unfinished = directory.resolve("data/artifacts/unfinished").resolve(digest.hex());
    List<Integer> begun = new ArrayList<>();

    user.send(
        ArtifactServiceGrpc.getUploadArtifactMethod(),
        () -> {
          int offset = (int) unfinished.toFile().length();
          begun.add(offset);
          return IntStream.iterate(offset, from -> from < bytes.length, from -> from + piece)
              .mapToObj(
                  from -> {
                    if (begun.size() == 1 && from == bytes.length / 2) {
                      Awaitility.await().until(() -> unfinished.toFile().length() >= 4 * piece);
                      crashAndStart(first);
                    }
                    return UploadArtifactRequest.newBuilder()
                        .setDigest(from == offset ? digest.hex() : "")
                        .setSizeBytes(from == offset ? bytes.length : 0)
                        .setOffset(from == offset ? offset : 0)
                        .setData(
                            UnsafeByteOperations.unsafeWrap(
                                bytes, from, Math.min(piece, bytes.length - from)))
                        .build();
                  })
              .iterator();
        });

    assertThat(begun.get(0)).isZero();
    assertThat(begun.get(begun.size() - 1)).isGreaterThanOrEqualTo(4 * piece);
    assertThat(download(user, digest, () -> {})).isEqualTo(digest);
  }

  private static Digest upload(LeaderChannel user, int chunks) throws InterruptedException {
    MessageDigest sent = Digest.sha256();
    IntStream.range(0, chunks).forEach(n -> sent.update(chunk(n)));
    Digest digest = Digest.finish(sent);
    user.send(
        ArtifactServiceGrpc.getUploadArtifactMethod(),
        () ->
            IntStream.range(0, chunks)
                .mapToObj(
                    n ->
                        UploadArtifactRequest.newBuilder()
                            .setDigest(n == 0 ? digest.hex() : "")
                            .setSizeBytes(n == 0 ? (long) chunks << 20 : 0)
                            .setData(UnsafeByteOperations.unsafeWrap(chunk(n)))
                            .build())
                .iterator());
    return digest;
  }

  /** The digest of what came; pauses after the first message. */
  private static Digest download(LeaderChannel user, Digest digest, Runnable pause)
      throws InterruptedException {
    MessageDigest received = Digest.sha256();
    user.follow(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        () -> DownloadArtifactRequest.newBuilder().setDigest(digest.hex()).build(),
        message -> {
          received.update(message.getData().asReadOnlyByteBuffer());
          pause.run();
          return true;
        });
    return Digest.finish(received);
  }

  private static byte[] chunk(int number) {
    byte[] bytes = new byte[1 << 20];
    new SplittableRandom(number).nextBytes(bytes);
    return bytes;
  }

  private MasterProcess start(HostPort listen, String... jvmOptions) throws Exception {
    MasterProcess process =
        MasterProcess.start(
            directory.resolve("data"), directory.resolve("tokens"), listen, jvmOptions);
    opened.add(process);
    return process;
  }

  private void crashAndStart(MasterProcess first) {
    try {
      first.crash();
      start(first.address());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void exit(FakeWorker worker, FakeWorker.Launch launch) {
    try {
      worker.exit(launch.id(), 0);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private TokenFiles tokens() {
    return new TokenFiles(directory.resolve("tokens"));
  }

  private LeaderChannel caller(HostPort address, String token) {
    return new LeaderChannel(
        channels,
        LeaderChannel.Settings.of(
            List.of(address), TokenSource.of(token), Patience.of(Duration.ofSeconds(60))));
  }

  private static SubmitApplicationResponse submit(
      LeaderChannel user, SubmitApplicationRequest request) throws InterruptedException {
    return user.call(SubmissionServiceGrpc.getSubmitApplicationMethod(), request);
  }

  private static ApplicationInfo.State state(LeaderChannel user, String id)
      throws InterruptedException {
    return application(user, id).getState();
  }

  private static ApplicationInfo application(LeaderChannel user, String id)
      throws InterruptedException {
    return user.call(
            SubmissionServiceGrpc.getGetApplicationMethod(),
            GetApplicationRequest.newBuilder().setApplicationId(id).build())
        .getApplication();
  }

  private static void awaitFinal(LeaderChannel user, String id) throws InterruptedException {
    user.follow(
        SubmissionServiceGrpc.getWatchApplicationMethod(),
        () -> WatchApplicationRequest.newBuilder().setApplicationId(id).build(),
        response -> true);
  }
}
