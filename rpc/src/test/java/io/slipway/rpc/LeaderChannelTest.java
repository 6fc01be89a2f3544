package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.slipway.model.HostPort;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.DownloadArtifactResponse;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.proto.artifact.v1.UploadArtifactResponse;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import io.slipway.proto.cluster.v1.DescribeClusterRequest;
import io.slipway.proto.cluster.v1.DescribeClusterResponse;
import io.slipway.proto.common.v1.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against masters that answer what a test tells them, on real ports. */
@Timeout(60)
class LeaderChannelTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final String TOKEN = "cluster-token-0123456789";
  private static final Patience LONG = Patience.of(Duration.ofSeconds(30));

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Channels channels = new Channels("test");
  private final AtomicReference<FakeMaster> leader = new AtomicReference<>();
  private FakeMaster one;
  private FakeMaster two;

  @BeforeEach
  void open() throws Exception {
    one = new FakeMaster("one");
    two = new FakeMaster("two");
    leader.set(one);
  }

  @AfterEach
  void close() throws Exception {
    channels.close();
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }

  @Test
  void call_toMasterThatDoesNotLead_goesToTheLeader() throws Exception {
    leader.set(two);
    LeaderChannel channel = channel(LONG, one.address);

    assertThat(version(channel)).isEqualTo("two");
    assertThat(channel.leader()).isEqualTo(two.address);
  }

  @Test
  void calls_whileLeadershipMoves_allSucceed() throws Exception {
    LeaderChannel channel = channel(LONG, one.address, two.address);
    List<String> versions = new ArrayList<>();

    for (int i = 0; i < 20; i++) {
      leader.set(i % 2 == 0 ? one : two);
      versions.add(version(channel));
    }

    assertThat(versions).startsWith("one", "two", "one").hasSize(20);
  }

  @Test
  void call_whileNobodyLeads_waitsForALeader() throws Exception {
    leader.set(null);
    LeaderChannel channel = channel(LONG, one.address, two.address);

    CompletableFuture<DescribeClusterResponse> answer = describe(channel);
    assertThat(two.asked.await(10, TimeUnit.SECONDS)).isTrue();
    leader.set(two);

    assertThat(answer.get().getVersion()).isEqualTo("two");
  }

  @Test
  void call_whenTheLeaderIsGone_findsTheOther() throws Exception {
    LeaderChannel channel = channel(LONG, one.address, two.address);
    assertThat(version(channel)).isEqualTo("one");

    one.server.close(Duration.ZERO);
    leader.set(two);

    assertThat(version(channel)).isEqualTo("two");
  }

  @Test
  void call_whenTheOnlyMasterComesBack_succeeds() throws Exception {
    LeaderChannel channel = channel(LONG, one.address);
    assertThat(version(channel)).isEqualTo("one");
    one.server.close(Duration.ZERO);

    CompletableFuture<DescribeClusterResponse> answer = describe(channel);
    FakeMaster again = new FakeMaster("again", one.address);
    leader.set(again);

    assertThat(answer.get().getVersion()).isEqualTo("again");
  }

  @Test
  void call_thatIsOverloaded_comesAgainAfterTheDelay() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    one.refusal =
        () ->
            calls.incrementAndGet() < 3
                ? Optional.of(Refusal.overloaded(Duration.ofMillis(1)))
                : Optional.empty();

    assertThat(version(channel(LONG, one.address))).isEqualTo("one");
    assertThat(calls).hasValue(3);
  }

  @Test
  void call_thatIsRefusedForGood_isMadeOnce() {
    AtomicInteger calls = new AtomicInteger();
    one.refusal =
        () -> {
          calls.incrementAndGet();
          return Optional.of(Refusal.unknownId("worker", "w1"));
        };
    LeaderChannel channel = channel(LONG, one.address, two.address);

    Refusal refusal = catchThrowableOfType(Refusal.class, () -> version(channel));

    assertThat(refusal.reason()).isEqualTo(Reason.REASON_UNKNOWN_ID);
    assertThat(calls).hasValue(1);
  }

  @Test
  void call_withWrongToken_isRefusedAtOnce() {
    LeaderChannel channel =
        new LeaderChannel(
            channels,
            LeaderChannel.Settings.of(
                List.of(one.address), TokenSource.of("wrong"), Patience.FOREVER));

    assertThatThrownBy(() -> version(channel))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.reason()).isEqualTo(Reason.REASON_BAD_TOKEN));
  }

  @Test
  void call_toAddressWithoutMaster_endsWithItsName() throws Exception {
    HostPort nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = ANY.withPort(free.getLocalPort());
    }

    assertThatThrownBy(() -> version(channel(Patience.of(Duration.ofMillis(300)), nobody)))
        .isInstanceOf(Refusal.class)
        .hasMessage("no master answers: " + nobody + " refuses connections");
  }

  @Test
  void call_toUnknownHost_endsWithItsName() {
    HostPort unknown = new HostPort("no-such-host.invalid", 7077);

    assertThatThrownBy(() -> version(channel(Patience.of(Duration.ofMillis(300)), unknown)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(
            "no-such-host.invalid:7077 can't be reached (its name is not known here)");
  }

  @Test
  void call_toSomethingThatSpeaksAnotherProtocol_saysSo() throws Exception {
    HostPort web = listener("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");

    assertThatThrownBy(() -> version(channel(Patience.of(Duration.ofSeconds(2)), web)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(web.toString())
        .hasMessageContaining("no Slipway master");
  }

  @Test
  void call_toAnotherGrpcServer_saysSo() throws Exception {
    RpcServer other = Servers.at(ANY, token -> Optional.empty()).open();
    opened.add(other);

    assertThatThrownBy(() -> version(channel(LONG, other.advertised())))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(other.advertised().toString())
        .hasMessageContaining("it is no Slipway master");
  }

  @Test
  void call_toSomethingSilent_endsWithItsName() throws Exception {
    HostPort silent = listener("");
    LeaderChannel channel =
        new LeaderChannel(
            channels,
            new LeaderChannel.Settings(
                List.of(silent),
                TokenSource.none(),
                Patience.of(Duration.ofMillis(300)),
                Duration.ofMillis(200),
                trouble -> {}));

    assertThatThrownBy(() -> version(channel))
        .isInstanceOf(Refusal.class)
        .hasMessage("no master answers: " + silent + " does not answer");
    assertThatThrownBy(() -> download(channel, new ArrayList<>()))
        .isInstanceOf(Refusal.class)
        .hasMessage("no master answers: " + silent + " does not answer");
  }

  @Test
  void call_thatNobodyReceived_isNotOfUnknownOutcome() throws Exception {
    HostPort nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = ANY.withPort(free.getLocalPort());
    }
    leader.set(null);

    for (HostPort address :
        List.of(
            nobody,
            listener(""),
            listener("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
            new HostPort("no-such-host.invalid", 7077),
            one.address)) {
      assertThat(refusal(address).reason())
          .as(address.toString())
          .isEqualTo(Reason.REASON_UNSPECIFIED);
    }
  }

  @Test
  void call_whoseAnswerIsLost_isOfUnknownOutcome() {
    one.refusal = () -> Optional.of(Refusal.outcomeUnknown("stepping down"));

    assertThat(refusal(one.address).reason()).isEqualTo(Reason.REASON_OUTCOME_UNKNOWN);
  }

  @Test
  void call_answeredNeverAndThenRefused_isOfUnknownOutcome() {
    CountDownLatch first = new CountDownLatch(1);
    one.refusal =
        () -> {
          leader.set(null);
          first.countDown();
          return Optional.of(Refusal.outcomeUnknown("stepping down"));
        };

    assertThat(refusal(one.address).reason()).isEqualTo(Reason.REASON_OUTCOME_UNKNOWN);
    assertThat(first.getCount()).isZero();
  }

  private Refusal refusal(HostPort address) {
    LeaderChannel impatient =
        new LeaderChannel(
            channels,
            new LeaderChannel.Settings(
                List.of(address),
                TokenSource.of(TOKEN),
                Patience.of(Duration.ofMillis(300)),
                Duration.ofMillis(200),
                trouble -> {}));
    return catchThrowableOfType(Refusal.class, () -> version(impatient));
  }

  @Test
  void trouble_isTold() throws Exception {
    leader.set(null);
    CompletableFuture<String> told = new CompletableFuture<>();
    LeaderChannel channel =
        new LeaderChannel(
            channels,
            new LeaderChannel.Settings(
                List.of(one.address),
                TokenSource.of(TOKEN),
                Patience.FOREVER,
                Duration.ofSeconds(5),
                told::complete));

    CompletableFuture<DescribeClusterResponse> answer = describe(channel);

    assertThat(told.get(10, TimeUnit.SECONDS))
        .isEqualTo(one.address + " does not lead, and knows no leader");
    leader.set(one);
    assertThat(answer.get().getVersion()).isEqualTo("one");
  }

  @Test
  void call_cancelled_endsAtOnce() {
    leader.set(null);
    CompletableFuture<DescribeClusterResponse> answer =
        describe(channel(Patience.FOREVER, one.address));

    answer.cancel(false);

    assertThatThrownBy(answer::get).isInstanceOf(CancellationException.class);
  }

  @Test
  void call_triedAgainAndAgain_keepsNothingOfItsTries() throws Exception {
    leader.set(null);
    CountDownLatch tries = new CountDownLatch(6);
    LeaderChannel.Settings settings =
        new LeaderChannel.Settings(
            List.of(one.address),
            TokenSource.of(TOKEN),
            Patience.FOREVER,
            LeaderChannel.Settings.DEFAULT_ATTEMPT_TIMEOUT,
            trouble -> tries.countDown());
    try (LeaderChannel channel = new LeaderChannel(channels, settings)) {
      CompletableFuture<DescribeClusterResponse> answer = describe(channel);

      assertThat(tries.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(answer.getNumberOfDependents()).isEqualTo(2);
      answer.cancel(false);
    }
  }

  @Test
  void channel_toNameThatWasNotKnown_isOpenedAnew() {
    HostPort address = new HostPort("no-such-host.invalid", 7077);
    Masters masters = new Masters(channels, List.of(address), TokenSource.none());
    ManagedChannel first = masters.channel(address);

    masters.moveOn(address, Optional.empty(), "its name is not known here", true);

    assertThat(masters.channel(address)).isNotSameAs(first);
    assertThat(first.isShutdown()).isTrue();
    masters.close();
  }

  @Test
  void call_afterClose_isRefused() {
    LeaderChannel channel = channel(Patience.FOREVER, one.address);
    channel.close();

    assertThatThrownBy(() -> version(channel))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("closed");
  }

  @Test
  void stream_brokenInTheMiddle_goesOnElsewhere() throws Exception {
    one.breakAfter = 3;
    one.onBreak = () -> leader.set(two);
    List<Integer> read = new ArrayList<>();

    download(channel(LONG, one.address, two.address), read);

    assertThat(read).isEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void call_thatWaitsForItsNextTry_failsWhenTheChannelIsClosed() throws Exception {
    leader.set(null);
    CountDownLatch tries = new CountDownLatch(2);
    LeaderChannel channel =
        new LeaderChannel(
            channels,
            new LeaderChannel.Settings(
                List.of(one.address),
                TokenSource.of(TOKEN),
                Patience.FOREVER,
                LeaderChannel.Settings.DEFAULT_ATTEMPT_TIMEOUT,
                trouble -> tries.countDown()));
    CompletableFuture<DescribeClusterResponse> answer = describe(channel);
    CompletableFuture<Void> stream =
        channel.followAsync(
            ArtifactServiceGrpc.getDownloadArtifactMethod(),
            DownloadArtifactRequest::getDefaultInstance,
            message -> true,
            Patience.FOREVER);
    assertThat(tries.await(30, TimeUnit.SECONDS)).isTrue();

    channel.close();

    assertThatThrownBy(answer::get).hasMessageContaining("closed");
    assertThatThrownBy(stream::get).hasMessageContaining("closed");
  }

  @Test
  void streamAsync_brokenInTheMiddle_goesOnElsewhere() throws Exception {
    one.breakAfter = 3;
    one.onBreak = () -> leader.set(two);
    List<Integer> read = new ArrayList<>();

    downloadAsync(channel(LONG, one.address, two.address), read).get(30, TimeUnit.SECONDS);

    assertThat(read).isEqualTo(IntStream.range(0, 100).boxed().toList());
  }

  @Test
  void streamAsync_thatItsReaderEnds_completes() throws Exception {
    List<Integer> read = new ArrayList<>();

    channel(LONG, one.address)
        .followAsync(
            ArtifactServiceGrpc.getDownloadArtifactMethod(),
            DownloadArtifactRequest::getDefaultInstance,
            message -> {
              read.add((int) message.getData().byteAt(0));
              return read.size() < 2;
            },
            LONG)
        .get(30, TimeUnit.SECONDS);

    assertThat(read).containsExactly(0, 1);
  }

  @Test
  void streamAsync_toSomethingSilent_endsWithItsName() throws Exception {
    HostPort silent = listener("");
    LeaderChannel channel =
        new LeaderChannel(
            channels,
            new LeaderChannel.Settings(
                List.of(silent),
                TokenSource.none(),
                Patience.of(Duration.ofMillis(300)),
                Duration.ofMillis(200),
                trouble -> {}));

    assertThatThrownBy(() -> downloadAsync(channel, new ArrayList<>()).get(30, TimeUnit.SECONDS))
        .hasMessageContaining("no master answers: " + silent);
  }

  @Test
  void stream_thatItsReaderEnds_isCancelled() throws Exception {
    List<Integer> read = new ArrayList<>();
    LeaderChannel channel = channel(LONG, one.address);

    channel.follow(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        DownloadArtifactRequest::getDefaultInstance,
        message -> {
          read.add((int) message.getData().byteAt(0));
          return read.size() < 2;
        });

    assertThat(read).containsExactly(0, 1);
  }

  @Test
  void upload_brokenInTheMiddle_continuesElsewhere() throws Exception {
    one.breakAfter = 3;
    one.onBreak = () -> leader.set(two);
    LeaderChannel channel = channel(LONG, one.address, two.address);
    AtomicInteger tries = new AtomicInteger();

    UploadArtifactResponse answer =
        channel.send(
            ArtifactServiceGrpc.getUploadArtifactMethod(),
            () -> {
              tries.incrementAndGet();
              return IntStream.range(0, 50)
                  .mapToObj(
                      n ->
                          UploadArtifactRequest.newBuilder()
                              .setData(ByteString.copyFrom(new byte[100_000]))
                              .build())
                  .iterator();
            });

    assertThat(answer.getCommittedSize()).isEqualTo(5_000_000);
    assertThat(tries).hasValueGreaterThan(1);
  }

  @Test
  void upload_refusedForGood_endsBeforeAllIsSent() {
    one.refusal = () -> Optional.of(Refusal.unknownId("artifact", "x"));
    LeaderChannel channel = channel(LONG, one.address);

    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () ->
                channel.send(
                    ArtifactServiceGrpc.getUploadArtifactMethod(),
                    () ->
                        IntStream.iterate(0, n -> n + 1)
                            .mapToObj(
                                n ->
                                    UploadArtifactRequest.newBuilder()
                                        .setData(ByteString.copyFrom(new byte[100_000]))
                                        .build())
                            .iterator()));

    assertThat(refusal.code()).isEqualTo(Status.Code.NOT_FOUND);
  }

  private LeaderChannel channel(Patience patience, HostPort... masters) {
    return new LeaderChannel(
        channels, LeaderChannel.Settings.of(List.of(masters), TokenSource.of(TOKEN), patience));
  }

  private static String version(LeaderChannel channel) throws InterruptedException {
    return channel
        .call(
            ClusterServiceGrpc.getDescribeClusterMethod(),
            DescribeClusterRequest.getDefaultInstance())
        .getVersion();
  }

  private static CompletableFuture<DescribeClusterResponse> describe(LeaderChannel channel) {
    return channel.callAsync(
        ClusterServiceGrpc.getDescribeClusterMethod(), DescribeClusterRequest.getDefaultInstance());
  }

  private static void download(LeaderChannel channel, List<Integer> read)
      throws InterruptedException {
    channel.follow(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        () -> DownloadArtifactRequest.newBuilder().setOffset(read.size()).build(),
        message -> read.add((int) message.getData().byteAt(0)));
  }

  private static CompletableFuture<Void> downloadAsync(LeaderChannel channel, List<Integer> read) {
    return channel.followAsync(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        () -> DownloadArtifactRequest.newBuilder().setOffset(read.size()).build(),
        message -> read.add((int) message.getData().byteAt(0)),
        Patience.of(Duration.ofMillis(300)));
  }

  /** Takes connections, says {@code greeting}, and then nothing. */
  private HostPort listener(String greeting) throws IOException {
    ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    opened.add(socket);
    Thread thread =
        new Thread(
            () -> {
              List<Socket> held = new ArrayList<>();
              try {
                while (true) {
                  Socket connection = socket.accept();
                  held.add(connection);
                  if (!greeting.isEmpty()) {
                    connection.getOutputStream().write(greeting.getBytes());
                    connection.getOutputStream().flush();
                    connection.shutdownOutput();
                  }
                }
              } catch (IOException closed) {
                held.forEach(LeaderChannelTest::close);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return ANY.withPort(socket.getLocalPort());
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to do.
    }
  }

  private interface Judge {
    Optional<Refusal> judge();
  }

  /** A master that leads when the test says so. */
  private final class FakeMaster {
    final CountDownLatch asked = new CountDownLatch(1);
    final String name;
    final RpcServer server;
    final HostPort address;
    volatile Judge refusal = Optional::empty;
    volatile int breakAfter = Integer.MAX_VALUE;
    volatile Runnable onBreak = () -> {};

    FakeMaster(String name) throws IOException {
      this(name, ANY);
    }

    FakeMaster(String name, HostPort listen) throws IOException {
      this.name = name;
      AccessRule rule = AccessRule.allow(Principal.Kind.CLUSTER_MEMBER);
      server =
          Servers.at(listen, Authenticator.cluster(TOKEN))
              .service(new Cluster(), rule)
              .blockingService(new Artifacts(), rule)
              .open();
      address = server.advertised();
      opened.add(server);
    }

    private void check() {
      asked.countDown();
      FakeMaster now = leader.get();
      if (now != this) {
        throw Refusal.notLeader(Optional.ofNullable(now).map(other -> other.address.toString()));
      }
      Optional<Refusal> refused = refusal.judge();
      if (refused.isPresent()) {
        throw refused.get();
      }
    }

    private final class Cluster extends ClusterServiceGrpc.ClusterServiceImplBase {
      @Override
      public void describeCluster(
          DescribeClusterRequest request, StreamObserver<DescribeClusterResponse> observer) {
        check();
        observer.onNext(DescribeClusterResponse.newBuilder().setVersion(name).build());
        observer.onCompleted();
      }
    }

    private final class Artifacts extends ArtifactServiceGrpc.ArtifactServiceImplBase {
      @Override
      public void downloadArtifact(
          DownloadArtifactRequest request, StreamObserver<DownloadArtifactResponse> observer) {
        check();
        for (int i = (int) request.getOffset(); i < 100; i++) {
          if (i == breakAfter) {
            onBreak.run();
            observer.onError(Refusal.outcomeUnknown("stepping down"));
            return;
          }
          observer.onNext(
              DownloadArtifactResponse.newBuilder()
                  .setData(ByteString.copyFrom(new byte[] {(byte) i}))
                  .build());
        }
        observer.onCompleted();
      }

      @Override
      public StreamObserver<UploadArtifactRequest> uploadArtifact(
          StreamObserver<UploadArtifactResponse> observer) {
        check();
        return new StreamObserver<>() {
          private int messages;
          private long bytes;

          @Override
          public void onNext(UploadArtifactRequest message) {
            bytes += message.getData().size();
            if (++messages == breakAfter) {
              onBreak.run();
              throw Refusal.outcomeUnknown("stepping down");
            }
          }

          @Override
          public void onError(Throwable cancelled) {
            // The other side has gone.
          }

          @Override
          public void onCompleted() {
            observer.onNext(UploadArtifactResponse.newBuilder().setCommittedSize(bytes).build());
            observer.onCompleted();
          }
        };
      }
    }
  }
}
