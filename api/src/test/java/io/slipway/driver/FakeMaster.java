package io.slipway.driver;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ApplicationId;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.application.v1.FinishApplicationResponse;
import io.slipway.proto.application.v1.LocateDriverRequest;
import io.slipway.proto.application.v1.LocateDriverResponse;
import io.slipway.proto.application.v1.RegisterApplicationRequest;
import io.slipway.proto.application.v1.RegisterApplicationResponse;
import io.slipway.proto.application.v1.ReleaseExecutorsRequest;
import io.slipway.proto.application.v1.ReleaseExecutorsResponse;
import io.slipway.proto.application.v1.RenewLeaseRequest;
import io.slipway.proto.application.v1.RenewLeaseResponse;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.application.v1.SetExecutorTargetsResponse;
import io.slipway.proto.application.v1.UpdateApplicationRequest;
import io.slipway.proto.application.v1.UpdateApplicationResponse;
import io.slipway.proto.application.v1.WatchExecutorsRequest;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.FindMissingArtifactsRequest;
import io.slipway.proto.artifact.v1.FindMissingArtifactsResponse;
import io.slipway.proto.artifact.v1.MissingArtifact;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.proto.artifact.v1.UploadArtifactResponse;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.SubmitApplicationRequest;
import io.slipway.proto.submission.v1.SubmitApplicationResponse;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.ListenException;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.UserToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A master that knows one application and decides nothing: it notes what it is told. */
public final class FakeMaster implements AutoCloseable {
  /** The application that every submission gets. */
  public static final ApplicationId APPLICATION = new ApplicationId("app-20261122-0007");

  /** The user token that it takes. */
  public static final String USER_TOKEN = "user-token-of-the-test";

  private final ApplicationTokens tokens = new ApplicationTokens(new byte[32], 1);
  private final List<ExecutorProfileSpec> profiles = new CopyOnWriteArrayList<>();
  private final List<SetExecutorTargetsRequest> targets = new CopyOnWriteArrayList<>();
  private final List<FinishApplicationRequest> finishes = new CopyOnWriteArrayList<>();
  private final List<SubmitApplicationRequest> submissions = new CopyOnWriteArrayList<>();
  private final List<UpdateApplicationRequest> updates = new CopyOnWriteArrayList<>();
  private final List<Integer> released = new CopyOnWriteArrayList<>();
  private final Set<StreamObserver<WatchExecutorsResponse>> watchers = new HashSet<>();
  private final Map<String, byte[]> artifacts = new ConcurrentHashMap<>();
  private final Map<String, ByteArrayOutputStream> uploads = new ConcurrentHashMap<>();
  private final List<Long> uploadOffsets = new CopyOnWriteArrayList<>();
  private volatile int breakUploadAfter = Integer.MAX_VALUE;
  private volatile String driverAddress = "";
  private volatile boolean ending;
  private volatile boolean stopRequested;
  private volatile int renewals;
  private final List<RenewLeaseRequest> renewalRequests = new CopyOnWriteArrayList<>();
  private volatile boolean leaseTaken;
  private volatile boolean lacksFiles;
  private RpcServer server;

  /** Opens a free port. */
  public FakeMaster() {
    open(new HostPort("127.0.0.1", 0));
  }

  private void open(HostPort address) {
    try {
      server =
          Servers.at(address, Authenticator.user(new UserToken("alice", USER_TOKEN)).or(tokens))
              .service(new Applications(), AccessRule.allow(Principal.Kind.APPLICATION))
              .service(new Submissions(), AccessRule.allow(Principal.Kind.USER))
              .service(new Artifacts(), AccessRule.allow(Principal.Kind.USER))
              .open();
    } catch (ListenException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where it listens. */
  public HostPort address() {
    return server.advertised();
  }

  /** The token of the application's first attempt. */
  public String token() {
    return tokens.token(APPLICATION, 1);
  }

  /** Goes away; the same address later answers again. */
  public void stop() {
    server.close(Duration.ZERO);
    synchronized (watchers) {
      watchers.clear();
    }
  }

  /** Comes back after {@link #stop}. */
  public void start() {
    open(server.listening());
  }

  /** Kinds of executors as if they had been submitted. */
  public void profiles(List<ExecutorProfileSpec> submitted) {
    profiles.clear();
    profiles.addAll(submitted);
  }

  /** What holds now. */
  public List<ExecutorProfileSpec> profiles() {
    return profiles;
  }

  /** Where the driver is, as if it had registered. */
  public void driverAt(HostPort address) {
    driverAddress = address.toString();
  }

  /** All targets that were set. */
  public List<SetExecutorTargetsRequest> targets() {
    return targets;
  }

  /** All ends that were told. */
  public List<FinishApplicationRequest> finishes() {
    return finishes;
  }

  /** All submissions. */
  public List<SubmitApplicationRequest> submissions() {
    return submissions;
  }

  /** What the driver told of itself. */
  public List<UpdateApplicationRequest> updates() {
    return updates;
  }

  /** Executors that were released. */
  public List<Integer> released() {
    return released;
  }

  /** What was uploaded, by digest. */
  public Map<String, byte[]> artifacts() {
    return artifacts;
  }

  /** Where uploads began. */
  public List<Long> uploadOffsets() {
    return uploadOffsets;
  }

  /** Breaks the next upload after so many bytes. */
  public void breakUploadAfter(int bytes) {
    breakUploadAfter = bytes;
  }

  /** How often a lease was renewed. */
  public int renewals() {
    return renewals;
  }

  public List<RenewLeaseRequest> renewalRequests() {
    return renewalRequests;
  }

  /** From now on it has no files. */
  public void loseFiles() {
    lacksFiles = true;
  }

  /** From now on somebody else has the driver's lease. */
  public void takeLease() {
    leaseTaken = true;
  }

  /** The driver's address, as it was registered. */
  public String driverAddress() {
    return driverAddress;
  }

  /** From now on the application is ending. */
  public void ending() {
    ending = true;
  }

  /** From now on a stop is asked for. */
  public void requestStop() {
    stopRequested = true;
  }

  /** Tells all watchers of executors. */
  public void tell(boolean snapshot, ExecutionInfo... executors) {
    tell(
        WatchExecutorsResponse.newBuilder()
            .setCursor("1")
            .setSnapshot(snapshot)
            .addAllExecutors(List.of(executors))
            .build());
  }

  /** Tells all watchers. */
  public void tell(WatchExecutorsResponse news) {
    List<StreamObserver<WatchExecutorsResponse>> all;
    synchronized (watchers) {
      all = new ArrayList<>(watchers);
    }
    for (StreamObserver<WatchExecutorsResponse> watcher : all) {
      watcher.onNext(news);
    }
  }

  /** How many watch now. */
  public int watchers() {
    synchronized (watchers) {
      return watchers.size();
    }
  }

  @Override
  public void close() {
    stop();
  }

  private static <R> void answer(StreamObserver<R> observer, R message) {
    observer.onNext(message);
    observer.onCompleted();
  }

  private final class Applications extends ApplicationServiceGrpc.ApplicationServiceImplBase {
    @Override
    public void registerApplication(
        RegisterApplicationRequest request, StreamObserver<RegisterApplicationResponse> observer) {
      driverAddress = request.getDriverAddress();
      if (lacksFiles && request.getProfilesCount() > 0) {
        observer.onError(
            Refusal.of(
                Status.Code.NOT_FOUND,
                Reason.REASON_MISSING_ARTIFACTS,
                "one has not been uploaded"));
        return;
      }
      if (request.getProfilesCount() > 0) {
        List<ExecutorProfileSpec> now =
            new ArrayList<>(request.getKeepOtherProfiles() ? profiles : List.of());
        now.addAll(request.getProfilesList());
        profiles(now);
      }
      answer(
          observer,
          RegisterApplicationResponse.newBuilder().setAttempt(1).addAllProfiles(profiles).build());
    }

    @Override
    public void updateApplication(
        UpdateApplicationRequest request, StreamObserver<UpdateApplicationResponse> observer) {
      updates.add(request);
      answer(observer, UpdateApplicationResponse.getDefaultInstance());
    }

    @Override
    public void setExecutorTargets(
        SetExecutorTargetsRequest request, StreamObserver<SetExecutorTargetsResponse> observer) {
      targets.add(request);
      answer(
          observer,
          SetExecutorTargetsResponse.newBuilder().setVersion(request.getVersion()).build());
    }

    @Override
    public void releaseExecutors(
        ReleaseExecutorsRequest request, StreamObserver<ReleaseExecutorsResponse> observer) {
      released.addAll(request.getExecutorNumbersList());
      answer(observer, ReleaseExecutorsResponse.getDefaultInstance());
    }

    @Override
    public void watchExecutors(
        WatchExecutorsRequest request, StreamObserver<WatchExecutorsResponse> observer) {
      ServerCallStreamObserver<WatchExecutorsResponse> out =
          (ServerCallStreamObserver<WatchExecutorsResponse>) observer;
      out.setOnCancelHandler(
          () -> {
            synchronized (watchers) {
              watchers.remove(out);
            }
          });
      synchronized (watchers) {
        watchers.add(out);
      }
    }

    @Override
    public void locateDriver(
        LocateDriverRequest request, StreamObserver<LocateDriverResponse> observer) {
      answer(
          observer,
          LocateDriverResponse.newBuilder()
              .setAttempt(1)
              .setDriverAddress(driverAddress)
              .setEnding(ending)
              .build());
    }

    @Override
    public void renewLease(RenewLeaseRequest request, StreamObserver<RenewLeaseResponse> observer) {
      renewals++;
      renewalRequests.add(request);
      if (leaseTaken) {
        observer.onError(
            Refusal.of(
                Status.Code.FAILED_PRECONDITION,
                Reason.REASON_WRONG_STATE,
                "the driver is started by another submitter"));
        return;
      }
      answer(
          observer,
          RenewLeaseResponse.newBuilder()
              .setLease(com.google.protobuf.Duration.newBuilder().setNanos(30_000_000))
              .setStopRequested(stopRequested)
              .setStoppedBy(stopRequested ? "user bob" : "")
              .build());
    }

    @Override
    public void finishApplication(
        FinishApplicationRequest request, StreamObserver<FinishApplicationResponse> observer) {
      finishes.add(request);
      ending = true;
      answer(observer, FinishApplicationResponse.getDefaultInstance());
    }
  }

  private final class Submissions extends SubmissionServiceGrpc.SubmissionServiceImplBase {
    @Override
    public void submitApplication(
        SubmitApplicationRequest request, StreamObserver<SubmitApplicationResponse> observer) {
      submissions.add(request);
      answer(
          observer,
          SubmitApplicationResponse.newBuilder()
              .setApplicationId(APPLICATION.value())
              .setApplicationToken(token())
              .setLease(com.google.protobuf.Duration.newBuilder().setNanos(30_000_000))
              .build());
    }
  }

  private final class Artifacts extends ArtifactServiceGrpc.ArtifactServiceImplBase {
    @Override
    public void findMissingArtifacts(
        FindMissingArtifactsRequest request,
        StreamObserver<FindMissingArtifactsResponse> observer) {
      FindMissingArtifactsResponse.Builder missing = FindMissingArtifactsResponse.newBuilder();
      for (String digest : request.getDigestsList()) {
        if (!artifacts.containsKey(digest)) {
          int committed = uploads.containsKey(digest) ? uploads.get(digest).size() : 0;
          missing.addMissing(
              MissingArtifact.newBuilder().setDigest(digest).setCommittedSize(committed));
        }
      }
      answer(observer, missing.build());
    }

    @Override
    public StreamObserver<UploadArtifactRequest> uploadArtifact(
        StreamObserver<UploadArtifactResponse> observer) {
      return new StreamObserver<>() {
        private String digest = "";
        private boolean broken;

        @Override
        public void onNext(UploadArtifactRequest piece) {
          if (broken) {
            return;
          }
          if (!piece.getDigest().isEmpty()) {
            digest = piece.getDigest();
            uploadOffsets.add(piece.getOffset());
            uploads.computeIfAbsent(digest, key -> new ByteArrayOutputStream());
          }
          ByteArrayOutputStream bytes = uploads.get(digest);
          try {
            piece.getData().writeTo(bytes);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          if (bytes.size() >= breakUploadAfter) {
            breakUploadAfter = Integer.MAX_VALUE;
            broken = true;
            observer.onError(Status.UNAVAILABLE.withDescription("broken").asRuntimeException());
          }
        }

        @Override
        public void onError(Throwable failure) {
          broken = true;
        }

        @Override
        public void onCompleted() {
          if (!broken) {
            byte[] bytes = uploads.get(digest).toByteArray();
            artifacts.put(digest, bytes);
            answer(
                observer,
                UploadArtifactResponse.newBuilder().setCommittedSize(bytes.length).build());
          }
        }
      };
    }
  }
}
