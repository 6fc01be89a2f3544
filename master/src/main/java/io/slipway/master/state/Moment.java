package io.slipway.master.state;

/**
 * When something happened.
 *
 * @param clusterMillis cluster time in milliseconds: time during which some master led; deadlines
 *     use it
 * @param wallMillis the leader's wall clock, milliseconds since 1970; for people alone
 */
public record Moment(long clusterMillis, long wallMillis) {
  /** Before anything happened. */
  public static final Moment ZERO = new Moment(0, 0);

  /** So long before this, but not before {@code earliest}. */
  Moment before(long millis, Moment earliest) {
    return new Moment(
        Math.max(earliest.clusterMillis, clusterMillis - millis),
        Math.max(earliest.wallMillis, wallMillis - millis));
  }
}
