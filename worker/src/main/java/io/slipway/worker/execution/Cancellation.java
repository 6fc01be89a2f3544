package io.slipway.worker.execution;

import java.time.Duration;

/**
 * That an execution is to stop, as it stands in its directory.
 *
 * @param grace time between asking and forcing
 * @param requestedBy by whose request, in words
 */
record Cancellation(Duration grace, String requestedBy) {
  /** Why it was not started. */
  String reason() {
    return "stopped before it was launched"
        + (requestedBy.isEmpty() ? "" : ", by request of " + requestedBy);
  }

  String encode() {
    return grace.toMillis() + "\n" + requestedBy;
  }

  static Cancellation decode(String text) {
    int line = text.indexOf('\n');
    try {
      return new Cancellation(
          Duration.ofMillis(Long.parseLong(line < 0 ? text.strip() : text.substring(0, line))),
          line < 0 ? "" : text.substring(line + 1));
    } catch (NumberFormatException e) {
      return new Cancellation(Duration.ZERO, "");
    }
  }
}
