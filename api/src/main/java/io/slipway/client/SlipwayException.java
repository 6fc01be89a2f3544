package io.slipway.client;

/**
 * A cluster refused a call, or could not be reached. The message says what to change; {@link #kind}
 * tells programs what happened. No call is worth repeating unchanged but one that was {@link
 * Kind#UNREACHABLE}, {@link Kind#TIMED_OUT} or {@link Kind#OVERLOADED}.
 */
public final class SlipwayException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What happened. */
  public enum Kind {
    /**
     * No master that leads answered in time. Whether the call took effect is unknown if the reason
     * is {@code OUTCOME_UNKNOWN}; else it can't have.
     */
    UNREACHABLE,
    /** The time-out of the call was over first; whether it took effect is unknown. */
    TIMED_OUT,
    /** The client has been closed. */
    CLOSED,
    /** The token is missing, not valid there, or does not allow this call. */
    NOT_ALLOWED,
    /** Nothing has this id, or more than one thing has. */
    UNKNOWN_ID,
    /** Something in the request is wrong. */
    INVALID,
    /** The protocol has a place for this value, but the cluster's version does not support it. */
    NOT_SUPPORTED,
    /** The state of what the call is about does not allow it. */
    WRONG_STATE,
    /** The cluster has no room for it now. */
    OVERLOADED,
    /** The bytes on disk are not those that were announced. */
    DATA_LOSS,
    /** Anything else; a defect, most likely. */
    OTHER
  }

  private final Kind kind;
  private final String reason;

  SlipwayException(Kind kind, String reason, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.reason = reason;
  }

  /** What happened. */
  public Kind kind() {
    return kind;
  }

  /** The reason of the protocol's catalogue, such as {@code UNKNOWN_ID}; empty if there is none. */
  public String reason() {
    return reason;
  }
}
