package io.slipway.driver;

import io.slipway.model.Ending;

/** How the end of a session is told to the masters. */
interface SessionEnd {
  /**
   * Tells it; blocks for a bounded time.
   *
   * @param ending the outcome, for whom a session's end is the driver's
   * @return empty text, or why the outcome could not be recorded, if nothing else will tell it
   */
  String tell(Ending ending) throws InterruptedException;
}
