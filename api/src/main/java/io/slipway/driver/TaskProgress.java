package io.slipway.driver;

/**
 * How the tasks of a session get on, at one moment.
 *
 * @param submitted all that were ever handed in
 * @param succeeded those that have a result
 * @param failed those that threw something, or were given up
 * @param cancelled those that were cancelled
 * @param waiting those that wait in the driver
 * @param sent those that executors have
 */
public record TaskProgress(
    long submitted, long succeeded, long failed, long cancelled, int waiting, int sent) {
  /** Those that have ended, one way or another. */
  public long done() {
    return succeeded + failed + cancelled;
  }
}
