package io.slipway.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.slipway.proto.common.v1.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The one place that turns exceptions into gRPC statuses, and statuses into {@link Refusal}. */
public final class StatusMapping {
  /** The domain of every {@code ErrorInfo} of ours. */
  public static final String DOMAIN = "slipway";

  private static final String REASON_PREFIX = "REASON_";

  private StatusMapping() {}

  /**
   * What to send for an exception: a {@link Refusal} as it is, an {@link IllegalArgumentException}
   * as {@code INVALID_ARGUMENT}; anything else is a defect of ours and becomes {@code INTERNAL}
   * without its details.
   */
  public static StatusRuntimeException toStatus(Throwable throwable) {
    Throwable failure = unwrap(throwable);
    if (failure instanceof StatusRuntimeException status) {
      return status;
    }
    if (failure instanceof StatusException status) {
      return new StatusRuntimeException(status.getStatus(), status.getTrailers());
    }
    Refusal refusal;
    if (failure instanceof Refusal known) {
      refusal = known;
    } else if (failure instanceof IllegalArgumentException) {
      refusal = Refusal.invalidField("", String.valueOf(failure.getMessage())).causedBy(failure);
    } else {
      refusal =
          Refusal.of(
                  Status.Code.INTERNAL,
                  Reason.REASON_UNSPECIFIED,
                  "internal error (" + failure.getClass().getSimpleName() + "); see the log")
              .causedBy(failure);
    }
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(refusal.code().value())
            .setMessage(String.valueOf(refusal.getMessage()))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(refusal.reason().name().substring(REASON_PREFIX.length()))
                        .putAllMetadata(refusal.metadata())
                        .build()));
    refusal
        .retryDelay()
        .ifPresent(
            delay ->
                status.addDetails(
                    Any.pack(
                        RetryInfo.newBuilder()
                            .setRetryDelay(
                                com.google.protobuf.Duration.newBuilder()
                                    .setSeconds(delay.getSeconds())
                                    .setNanos(delay.getNano()))
                            .build())));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /** What a failed call says; anything that is no gRPC status becomes {@code UNKNOWN}. */
  public static Refusal toRefusal(Throwable throwable) {
    Throwable failure = unwrap(throwable);
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    if (failure instanceof StatusRuntimeException status) {
      return toRefusal(status.getStatus(), status.getTrailers());
    }
    if (failure instanceof StatusException status) {
      return toRefusal(status.getStatus(), status.getTrailers());
    }
    return Refusal.of(
            Status.Code.UNKNOWN, Reason.REASON_UNSPECIFIED, String.valueOf(failure.getMessage()))
        .causedBy(failure);
  }

  /** What a status with its trailers says. */
  public static Refusal toRefusal(Status status, Metadata trailers) {
    String description = status.getDescription();
    if (description == null) {
      description =
          status.getCause() == null
              ? status.getCode().name()
              : status.getCode() + ": " + status.getCause().getMessage();
    }
    Reason reason = Reason.REASON_UNSPECIFIED;
    Map<String, String> metadata = Map.of();
    Optional<Duration> delay = Optional.empty();
    com.google.rpc.Status details =
        trailers == null ? null : StatusProto.fromStatusAndTrailers(status, trailers);
    if (details != null) {
      for (Any any : details.getDetailsList()) {
        Optional<ErrorInfo> info = unpack(any, ErrorInfo.class);
        if (info.isPresent() && info.get().getDomain().equals(DOMAIN)) {
          reason = reason(info.get().getReason());
          metadata = info.get().getMetadataMap();
        }
        delay =
            unpack(any, RetryInfo.class)
                .map(RetryInfo::getRetryDelay)
                .map(found -> Duration.ofSeconds(found.getSeconds(), found.getNanos()))
                .or(optional(delay));
      }
    }
    Refusal refusal = Refusal.of(status.getCode(), reason, description);
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      refusal = refusal.with(entry.getKey(), entry.getValue());
    }
    if (delay.isPresent()) {
      refusal = refusal.withRetryDelay(delay.get());
    }
    return status.getCause() == null ? refusal : refusal.causedBy(status.getCause());
  }

  /** Whether Slipway itself sent this status, and not something else that answers at an address. */
  static boolean isOurs(Status status, Metadata trailers) {
    com.google.rpc.Status details =
        trailers == null ? null : StatusProto.fromStatusAndTrailers(status, trailers);
    return details != null
        && details.getDetailsList().stream()
            .map(any -> unpack(any, ErrorInfo.class))
            .anyMatch(info -> info.isPresent() && info.get().getDomain().equals(DOMAIN));
  }

  private static java.util.function.Supplier<Optional<Duration>> optional(
      Optional<Duration> value) {
    return () -> value;
  }

  private static Reason reason(String name) {
    try {
      return Reason.valueOf(REASON_PREFIX + name);
    } catch (IllegalArgumentException newerThanWeAre) {
      return Reason.REASON_UNSPECIFIED;
    }
  }

  private static <T extends com.google.protobuf.Message> Optional<T> unpack(
      Any any, Class<T> type) {
    try {
      return any.is(type) ? Optional.of(any.unpack(type)) : Optional.empty();
    } catch (InvalidProtocolBufferException malformed) {
      return Optional.empty();
    }
  }

  private static Throwable unwrap(Throwable throwable) {
    Throwable result = throwable;
    while ((result instanceof CompletionException || result instanceof ExecutionException)
        && result.getCause() != null) {
      result = result.getCause();
    }
    return result;
  }
}
