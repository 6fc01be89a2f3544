package io.slipway.master.decide;

/** Why a request was refused; each maps to one RPC status and one reason of the error catalogue. */
public enum Refusal {
  /** The request is malformed or contradictory: the caller gives up. */
  INVALID,
  /** What it names does not exist: the caller gives up. */
  NOT_FOUND,
  /** The same request id was used with another body: the caller gives up. */
  REQUEST_ID_REUSED,
  /** The state does not allow it, and repeating will not help. */
  FAILED_PRECONDITION,
  /** A named limit would be passed: the caller gives up, or asks for less. */
  LIMIT,
  /** As much as is allowed is in use: the caller comes again when less is. */
  QUOTA,

  /** The sender's epoch is not the newest: a worker registers again. */
  STALE_EPOCH,
  /** The sender's driver attempt is not the newest: it ends. */
  STALE_ATTEMPT,
  /** Another master leads, or none: the caller repeats the call there. */
  NOT_LEADER,
  /** It can't be known whether it was accepted: the caller repeats it with the same request id. */
  UNKNOWN,
  /** The queue is full: the caller repeats after {@link RequestRefused#retryAfter}. */
  OVERLOADED,
  /** A fault of the master's: the caller gives up. */
  INTERNAL
}
