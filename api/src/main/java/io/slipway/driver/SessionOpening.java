package io.slipway.driver;

/** Opens sessions: in a process that Slipway launched, or hosted by any program. */
final class SessionOpening {
  private SessionOpening() {}

  static SlipwaySession launched(SessionBuilder builder) throws InterruptedException {
    throw new SessionException("not built yet");
  }

  static SlipwaySession hosted(SessionBuilder builder) throws InterruptedException {
    throw new SessionException("not built yet");
  }
}
