package io.slipway.driver;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutorProfile;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.driver.v1.DriverServiceGrpc;
import io.slipway.proto.driver.v1.RegisterExecutorRequest;
import io.slipway.proto.driver.v1.RegisterExecutorResponse;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * What a driver serves to its executors. The port lets in only who shows the application's own
 * token; this class then checks application, attempt and executor number, and only after that is a
 * stream accepted. Nothing is ever deserialized here.
 */
final class DriverEndpoint extends DriverServiceGrpc.DriverServiceImplBase {
  private record Registration(int number, String profile, int cores, String host) {}

  private final ApplicationId application;
  private final int attempt;
  private final SessionBoards boards;
  private final IntPredicate hasEnded;
  private final Consumer<ExecutorStream> attached;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Registration> registrations = new HashMap<>();
  private boolean closing;

  /**
   * Makes the service of one attempt.
   *
   * @param hasEnded whether the masters have said of an executor's number that it has ended
   * @param attached told of each connection; must not block
   */
  DriverEndpoint(
      ApplicationId application,
      int attempt,
      SessionBoards boards,
      IntPredicate hasEnded,
      Consumer<ExecutorStream> attached) {
    this.application = application;
    this.attempt = attempt;
    this.boards = boards;
    this.hasEnded = hasEnded;
    this.attached = attached;
  }

  /** Knows the application's own token, and no other. */
  static Authenticator onlyOf(ApplicationId application, int attempt, String token) {
    byte[] expected = token.getBytes(StandardCharsets.UTF_8);
    Optional<Principal> principal = Optional.of(new Principal.Application(application, attempt));
    return shown ->
        MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), expected)
            ? principal
            : Optional.empty();
  }

  /** Refuses executors that come from now on. */
  synchronized void beginClosing() {
    closing = true;
  }

  @Override
  public void registerExecutor(
      RegisterExecutorRequest request, StreamObserver<RegisterExecutorResponse> answer) {
    answer.onNext(RegisterExecutorResponse.newBuilder().setSessionId(register(request)).build());
    answer.onCompleted();
  }

  private synchronized String register(RegisterExecutorRequest request) {
    int number = request.getExecutorNumber();
    if (!request.getApplicationId().equals(application.value())
        || request.getAttempt() != attempt
        || number < 1
        || !request.getExecutionId().equals(application.executor(number).toString())) {
      throw Refusal.of(
          Status.Code.PERMISSION_DENIED,
          Reason.REASON_NOT_ALLOWED,
          "not an executor of attempt "
              + attempt
              + " of "
              + application
              + ": '"
              + request.getExecutionId()
              + "', number "
              + number
              + ", attempt "
              + request.getAttempt()
              + " of '"
              + request.getApplicationId()
              + "'");
    }
    if (hasEnded.test(number)) {
      throw Refusal.of(
          Status.Code.PERMISSION_DENIED,
          Reason.REASON_NOT_ALLOWED,
          "executor " + number + " has ended, as the masters say");
    }
    if (closing) {
      throw Refusal.of(
          Status.Code.FAILED_PRECONDITION, Reason.REASON_WRONG_STATE, "the driver is closing");
    }
    if (request.getCores() < 1) {
      throw Refusal.invalidField("cores", request.getCores() + " is not positive");
    }
    byte[] id = new byte[16];
    random.nextBytes(id);
    String sessionId = HexFormat.of().formatHex(id);
    registrations.values().removeIf(earlier -> earlier.number() == number);
    String profile =
        request.getProfile().isEmpty() ? ExecutorProfile.DEFAULT_NAME : request.getProfile();
    registrations.put(
        sessionId, new Registration(number, profile, request.getCores(), request.getHost()));
    return sessionId;
  }

  private synchronized Registration take(String sessionId) {
    Registration registration = registrations.remove(sessionId);
    if (registration == null) {
      throw Refusal.of(
          Status.Code.PERMISSION_DENIED,
          Reason.REASON_NOT_ALLOWED,
          "the first message names no session of RegisterExecutor");
    }
    return registration;
  }

  @Override
  public StreamObserver<RunTasksRequest> runTasks(StreamObserver<RunTasksResponse> answers) {
    ServerCallStreamObserver<RunTasksResponse> out =
        (ServerCallStreamObserver<RunTasksResponse>) answers;
    Inbound inbound = new Inbound(out);
    out.setOnReadyHandler(inbound::ready);
    out.setOnCancelHandler(inbound::broken);
    return inbound;
  }

  static RuntimeException replaced() {
    return Refusal.of(
        Status.Code.ABORTED,
        Reason.REASON_NOT_ALLOWED,
        "an executor of the same number has connected");
  }

  static RuntimeException takenForLost() {
    return Refusal.of(
        Status.Code.ABORTED, Reason.REASON_NOT_ALLOWED, "the masters say that it has ended");
  }

  /** One executor's side of its stream; called by one thread at a time. */
  private final class Inbound implements StreamObserver<RunTasksRequest> {
    private final ServerCallStreamObserver<RunTasksResponse> out;
    private TaskBoard board;
    private ExecutorStream stream;

    Inbound(ServerCallStreamObserver<RunTasksResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(RunTasksRequest message) {
      if (stream == null) {
        Registration registration = take(message.getSessionId());
        stream =
            new ExecutorStream(
                registration.number(),
                registration.profile(),
                registration.cores(),
                registration.host(),
                out);
        board = boards.of(registration.profile());
        board.attach(stream);
        attached.accept(stream);
      }
      board.receive(stream, message);
    }

    void ready() {
      if (stream != null) {
        board.ready(stream);
      }
    }

    void broken() {
      if (stream != null) {
        board.lose(stream, "was lost");
      }
    }

    @Override
    public void onError(Throwable failure) {
      broken();
    }

    @Override
    public void onCompleted() {
      if (stream == null) {
        out.onCompleted();
      } else {
        board.leave(stream);
      }
    }
  }
}
