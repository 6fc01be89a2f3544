package io.slipway.master.decide;

import io.slipway.model.HostPort;
import java.time.Duration;
import java.util.Optional;

/**
 * A request was refused; {@link #refusal} says what the caller should do, the message says to
 * people why, with the offending value.
 */
public final class RequestRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Refusal refusal;
  private final transient Optional<HostPort> leader;
  private final transient Optional<Duration> retryAfter;

  private RequestRefused(
      Refusal refusal, String message, Optional<HostPort> leader, Optional<Duration> retryAfter) {
    super(message, null, false, false);
    this.refusal = refusal;
    this.leader = leader;
    this.retryAfter = retryAfter;
  }

  /** For a reason that needs nothing beside its message. */
  public RequestRefused(Refusal refusal, String message) {
    this(refusal, message, Optional.empty(), Optional.empty());
  }

  /** Another master leads, or none that is known. */
  public static RequestRefused notLeader(Optional<HostPort> leader) {
    return new RequestRefused(
        Refusal.NOT_LEADER,
        leader.isPresent() ? "the leader is " + leader.get() : "this master does not lead",
        leader,
        Optional.empty());
  }

  /** The queue is full. */
  public static RequestRefused overloaded(Duration retryAfter) {
    return new RequestRefused(
        Refusal.OVERLOADED,
        "the master has more to do than it can; ask again after " + retryAfter.toMillis() + " ms",
        Optional.empty(),
        Optional.of(retryAfter));
  }

  /** Nobody knows whether it was accepted. */
  public static RequestRefused unknown(String why) {
    return new RequestRefused(Refusal.UNKNOWN, why + "; ask again with the same request id");
  }

  /** Why. */
  public Refusal refusal() {
    return refusal;
  }

  /** Where the leader is, for {@link Refusal#NOT_LEADER}. */
  public Optional<HostPort> leader() {
    return leader;
  }

  /** How long to wait, for {@link Refusal#OVERLOADED}. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
