package io.slipway.client;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.HostPort;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.GetApplicationRequest;
import io.slipway.proto.submission.v1.GetApplicationResponse;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.KillApplicationResponse;
import io.slipway.proto.submission.v1.ListApplicationsRequest;
import io.slipway.proto.submission.v1.ListApplicationsResponse;
import io.slipway.proto.submission.v1.ReadLogRequest;
import io.slipway.proto.submission.v1.ReadLogResponse;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmissionSpec;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.proto.submission.v1.WatchApplicationRequest;
import io.slipway.proto.submission.v1.WatchApplicationResponse;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.ListenException;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.UserToken;
import io.slipway.rpc.mapping.StateMessages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** A master whose one application does what a test says. */
final class FakeSubmissions implements AutoCloseable {
  static final ApplicationId APPLICATION = new ApplicationId("app-20261122-0007");
  static final String TOKEN = "user-token-of-the-test";

  final List<SubmitApplicationRequest> submissions = new CopyOnWriteArrayList<>();
  final AtomicInteger cancelledCalls = new AtomicInteger();

  /** Calls are taken, and never answered. */
  volatile boolean silent;

  private final Set<StreamObserver<WatchApplicationResponse>> watchers = new HashSet<>();
  private final Set<StreamObserver<ReadLogResponse>> readers = new HashSet<>();
  private ApplicationInfo info =
      ApplicationInfo.newBuilder()
          .setApplicationId(APPLICATION.value())
          .setName("test")
          .setMode(SubmissionSpec.Mode.MODE_CLUSTER)
          .setState(StateMessages.toProto(ApplicationState.QUEUED))
          .setProgress(-1)
          .build();
  private String log = "";
  private RpcServer server;

  FakeSubmissions() throws ListenException {
    open(new HostPort("127.0.0.1", 0));
  }

  private void open(HostPort address) throws ListenException {
    server =
        Servers.at(address, Authenticator.user(new UserToken("alice", TOKEN)))
            .service(new Submissions(), AccessRule.allow(Principal.Kind.USER))
            .open();
  }

  HostPort address() {
    return server.advertised();
  }

  /** Goes away, and comes back at the same address. */
  void restart() throws ListenException {
    server.close(Duration.ZERO);
    open(server.listening());
  }

  synchronized void become(ApplicationState state) {
    become(state, builder -> builder);
  }

  synchronized void become(ApplicationState state, UnaryOperator<ApplicationInfo.Builder> also) {
    info = also.apply(info.toBuilder().setState(StateMessages.toProto(state))).build();
    watchers.forEach(this::tell);
  }

  private void tell(StreamObserver<WatchApplicationResponse> watcher) {
    watcher.onNext(WatchApplicationResponse.newBuilder().setApplication(info).build());
  }

  synchronized int watching() {
    return watchers.size();
  }

  synchronized int reading() {
    return readers.size();
  }

  /** The driver writes. */
  synchronized void write(String text) {
    int offset = log.length();
    log += text;
    readers.forEach(reader -> send(reader, offset));
  }

  private void send(StreamObserver<ReadLogResponse> reader, int offset) {
    reader.onNext(
        ReadLogResponse.newBuilder()
            .setOffset(offset)
            .setData(ByteString.copyFrom(log.substring(offset), StandardCharsets.US_ASCII))
            .build());
  }

  /** The driver writes no more. */
  synchronized void endLog() {
    readers.forEach(StreamObserver::onCompleted);
    readers.clear();
  }

  @Override
  public void close() {
    server.close(Duration.ZERO);
  }

  private <T> void enter(Set<StreamObserver<T>> set, StreamObserver<T> observer) {
    ((ServerCallStreamObserver<T>) observer)
        .setOnCancelHandler(
            () -> {
              synchronized (this) {
                set.remove(observer);
              }
            });
    set.add(observer);
  }

  private <R> void answer(StreamObserver<R> observer, R message) {
    ((ServerCallStreamObserver<R>) observer).setOnCancelHandler(cancelledCalls::incrementAndGet);
    if (!silent) {
      observer.onNext(message);
      observer.onCompleted();
    }
  }

  private final class Submissions extends SubmissionServiceGrpc.SubmissionServiceImplBase {
    @Override
    public void submitApplication(
        SubmitApplicationRequest request, StreamObserver<SubmitApplicationResponse> observer) {
      submissions.add(request);
      answer(
          observer,
          SubmitApplicationResponse.newBuilder().setApplicationId(APPLICATION.value()).build());
    }

    @Override
    public void getApplication(
        GetApplicationRequest request, StreamObserver<GetApplicationResponse> observer) {
      if (!APPLICATION.value().startsWith(request.getApplicationId())) {
        throw Refusal.unknownId("application", request.getApplicationId());
      }
      answer(observer, GetApplicationResponse.newBuilder().setApplication(info).build());
    }

    @Override
    public void listApplications(
        ListApplicationsRequest request, StreamObserver<ListApplicationsResponse> observer) {
      int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
      answer(
          observer,
          ListApplicationsResponse.newBuilder()
              .addApplications(info)
              .addApplications(info)
              .setNextPageToken(page == 2 ? "" : Integer.toString(page + 1))
              .build());
    }

    @Override
    public void killApplication(
        KillApplicationRequest request, StreamObserver<KillApplicationResponse> observer) {
      answer(observer, KillApplicationResponse.newBuilder().setApplication(info).build());
    }

    @Override
    public void watchApplication(
        WatchApplicationRequest request, StreamObserver<WatchApplicationResponse> observer) {
      synchronized (FakeSubmissions.this) {
        enter(watchers, observer);
        tell(observer);
      }
    }

    @Override
    public void readLog(ReadLogRequest request, StreamObserver<ReadLogResponse> observer) {
      synchronized (FakeSubmissions.this) {
        if (log.isEmpty()) {
          throw Refusal.unknownId("execution", request.getExecutionId());
        }
        enter(readers, observer);
        send(observer, (int) request.getOffset());
        if (!request.getFollow()) {
          endLog();
        }
      }
    }
  }
}
