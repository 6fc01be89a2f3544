package io.slipway.master.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.master.decide.RequestRefused;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Sends the loop's replies, and its refusals with the statuses and reasons of the protocol. */
final class Replies {
  private static final Duration RETRY = Duration.ofMillis(200);

  private Replies() {}

  /** Answers a unary call once the reply is there. */
  static <R, P> void answer(
      CompletionStage<R> reply, StreamObserver<P> observer, Function<R, P> format) {
    reply.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            error(observer, failure);
            return;
          }
          P message;
          try {
            message = format.apply(value);
          } catch (RuntimeException e) {
            error(observer, e);
            return;
          }
          if (!isCancelled(observer)) {
            observer.onNext(message);
            observer.onCompleted();
          }
        });
  }

  /** Ends a call with whatever went wrong. */
  static void error(StreamObserver<?> observer, Throwable failure) {
    if (!isCancelled(observer)) {
      observer.onError(refusal(failure));
    }
  }

  /** What to tell a caller. */
  static Throwable refusal(Throwable failure) {
    Throwable cause = unwrap(failure);
    return cause instanceof RequestRefused refused ? refusal(refused) : cause;
  }

  static Throwable unwrap(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  static Refusal refusal(RequestRefused refused) {
    String message = refused.getMessage();
    return switch (refused.refusal()) {
      case INVALID -> Refusal.invalidField("", message);
      case NOT_FOUND -> Refusal.of(Status.Code.NOT_FOUND, Reason.REASON_UNKNOWN_ID, message);
      case REQUEST_ID_REUSED ->
          Refusal.of(Status.Code.INVALID_ARGUMENT, Reason.REASON_REQUEST_ID_REUSED, message);
      case FAILED_PRECONDITION ->
          Refusal.of(Status.Code.FAILED_PRECONDITION, Reason.REASON_WRONG_STATE, message);
      case LIMIT -> Refusal.of(Status.Code.INVALID_ARGUMENT, Reason.REASON_LIMIT_EXCEEDED, message);
      case QUOTA ->
          Refusal.of(Status.Code.RESOURCE_EXHAUSTED, Reason.REASON_LIMIT_EXCEEDED, message);
      case STALE_EPOCH -> Refusal.of(Status.Code.ABORTED, Reason.REASON_STALE_EPOCH, message);
      case STALE_ATTEMPT -> Refusal.of(Status.Code.ABORTED, Reason.REASON_STALE_ATTEMPT, message);
      case NOT_LEADER -> Refusal.notLeader(refused.leader().map(HostPort::toString));
      case UNKNOWN -> Refusal.outcomeUnknown(message);
      case OVERLOADED -> Refusal.overloaded(refused.retryAfter().orElse(RETRY));
      case INTERNAL -> Refusal.of(Status.Code.INTERNAL, Reason.REASON_UNSPECIFIED, message);
    };
  }

  private static boolean isCancelled(StreamObserver<?> observer) {
    return observer instanceof ServerCallStreamObserver<?> call && call.isCancelled();
  }
}
