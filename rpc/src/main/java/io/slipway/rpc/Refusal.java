package io.slipway.rpc;

import io.grpc.Status;
import io.slipway.proto.common.v1.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A call was refused, here or by the other side. What to do follows from {@link #isRetryable}: make
 * the same call with the same ids again, or give up and show the message.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Names the field that is to blame. */
  public static final String FIELD = "field";

  /** Names the leader's address, {@code HOST:PORT}. */
  public static final String LEADER = "leader";

  /** Names the id that is unknown or ambiguous. */
  public static final String ID = "id";

  private final Status.Code code;
  private final Reason reason;
  private final transient Map<String, String> metadata;
  private final transient Optional<Duration> retryDelay;

  private Refusal(
      Status.Code code,
      Reason reason,
      String message,
      Map<String, String> metadata,
      Optional<Duration> retryDelay,
      Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
    this.metadata = Map.copyOf(metadata);
    this.retryDelay = retryDelay;
  }

  /** Any refusal. */
  public static Refusal of(Status.Code code, Reason reason, String message) {
    return new Refusal(code, reason, message, Map.of(), Optional.empty(), null);
  }

  /** {@code INVALID_ARGUMENT}: a field is missing or malformed. */
  public static Refusal invalidField(String field, String problem) {
    return of(
            Status.Code.INVALID_ARGUMENT,
            Reason.REASON_INVALID_FIELD,
            field.isEmpty() ? problem : field + ": " + problem)
        .with(FIELD, field);
  }

  /** {@code UNIMPLEMENTED}: the field has its place, but no value in it is supported yet. */
  public static Refusal notSupported(String field) {
    return of(
            Status.Code.UNIMPLEMENTED,
            Reason.REASON_NOT_SUPPORTED,
            field + ": not supported by this version")
        .with(FIELD, field);
  }

  /** {@code INVALID_ARGUMENT}: a limit is passed. */
  public static Refusal limitExceeded(String limit, long maximum, long value) {
    return of(
            Status.Code.INVALID_ARGUMENT,
            Reason.REASON_LIMIT_EXCEEDED,
            limit + " is " + value + ", more than the limit of " + maximum)
        .with("limit", limit)
        .with("maximum", Long.toString(maximum))
        .with("value", Long.toString(value));
  }

  /** {@code NOT_FOUND}: nothing has this id. */
  public static Refusal unknownId(String what, String id) {
    return of(Status.Code.NOT_FOUND, Reason.REASON_UNKNOWN_ID, "no " + what + " '" + id + "'")
        .with(ID, id);
  }

  /** {@code UNAVAILABLE}: this master does not lead. */
  public static Refusal notLeader(Optional<String> leader) {
    Refusal refusal =
        of(
            Status.Code.UNAVAILABLE,
            Reason.REASON_NOT_LEADER,
            "this master does not lead"
                + leader.map(address -> "; " + address + " does").orElse(""));
    return leader.isPresent() ? refusal.with(LEADER, leader.get()) : refusal;
  }

  /** {@code UNAVAILABLE}: whether the call took effect is unknown. */
  public static Refusal outcomeUnknown(String message) {
    return of(Status.Code.UNAVAILABLE, Reason.REASON_OUTCOME_UNKNOWN, message);
  }

  /** {@code RESOURCE_EXHAUSTED}: too many calls wait. */
  public static Refusal overloaded(Duration retryDelay) {
    return of(
            Status.Code.RESOURCE_EXHAUSTED,
            Reason.REASON_OVERLOADED,
            "too many calls wait; come again in " + retryDelay.toMillis() + " ms")
        .withRetryDelay(retryDelay);
  }

  /** The same with an entry more in its metadata. */
  public Refusal with(String key, String value) {
    Map<String, String> more = new TreeMap<>(metadata);
    more.put(key, value);
    return new Refusal(code, reason, getMessage(), more, retryDelay, getCause());
  }

  /** The same with a time to wait before the same call is made again. */
  public Refusal withRetryDelay(Duration delay) {
    return new Refusal(code, reason, getMessage(), metadata, Optional.of(delay), getCause());
  }

  /** The same with what lies behind it, which is never sent. */
  public Refusal causedBy(Throwable cause) {
    return new Refusal(code, reason, getMessage(), metadata, retryDelay, cause);
  }

  /** The same with other words. */
  public Refusal withMessage(String message) {
    return new Refusal(code, reason, message, metadata, retryDelay, getCause());
  }

  /** The same, made on this thread, so that its stack trace shows who called. */
  Refusal atCaller() {
    return new Refusal(code, reason, getMessage(), metadata, retryDelay, this);
  }

  /** The status code. */
  public Status.Code code() {
    return code;
  }

  /** Why; {@code REASON_UNSPECIFIED} if the other side named none that is known. */
  public Reason reason() {
    return reason;
  }

  /** What the reason adds. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** How long to wait before the same call is made again, where that was said. */
  public Optional<Duration> retryDelay() {
    return retryDelay;
  }

  /**
   * Whether the same call, with the same ids, is to be made again: the outcome is unknown, another
   * master is to be asked, or there was no room.
   */
  public boolean isRetryable() {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
      case RESOURCE_EXHAUSTED -> retryDelay.isPresent();
      default -> false;
    };
  }
}
