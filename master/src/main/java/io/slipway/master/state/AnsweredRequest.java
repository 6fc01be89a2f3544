package io.slipway.master.state;

import io.slipway.model.Digest;

/**
 * A request that was answered, so that the same one gets the same answer.
 *
 * @param key names it
 * @param digest of the request's body
 * @param answer the id that it got
 * @param order in which requests were answered; grows
 * @param at when
 */
public record AnsweredRequest(Key key, Digest digest, String answer, long order, Moment at) {
  /** How long an answer is kept, in milliseconds of cluster time. */
  public static final long KEPT_MILLIS = 24 * 3600 * 1000L;

  /** How many answers are kept at most. */
  public static final int KEPT = 50_000;

  /** A request's name, in the scope of who asks. */
  public record Key(String principal, String requestId) {}
}
