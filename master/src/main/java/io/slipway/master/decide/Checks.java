package io.slipway.master.decide;

import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.model.ApplicationId;
import io.slipway.model.TimeSpan;
import java.time.Duration;

/** Checks that several handlers make; each refuses with the offending value. */
final class Checks {
  /** The longest time that is accepted anywhere: a year. */
  private static final Duration LONGEST = Duration.ofDays(366);

  private Checks() {}

  static Application application(ClusterState state, ApplicationId id) {
    return state
        .application(id)
        .orElseThrow(() -> new RequestRefused(Refusal.NOT_FOUND, "no application " + id));
  }

  /** The application, whose newest driver attempt must be the one that speaks. */
  static Application attempt(ClusterState state, ApplicationId id, int attempt) {
    Application row = application(state, id);
    if (attempt != row.attempt()) {
      throw new RequestRefused(
          Refusal.STALE_ATTEMPT,
          "attempt " + attempt + " of " + id + " is over; the present one is " + row.attempt());
    }
    return row;
  }

  static void alive(Application row) {
    switch (row.state()) {
      case QUEUED, STARTING, RUNNING -> {}
      case RESTARTING, STOPPING, SUCCEEDED, FAILED, KILLED, LOST ->
          throw new RequestRefused(
              Refusal.FAILED_PRECONDITION, "application " + row.id() + " is " + row.state());
    }
  }

  static void limit(String what, long value, long limit) {
    if (value > limit) {
      throw new RequestRefused(Refusal.LIMIT, what + " " + value + " is above " + limit);
    }
  }

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new RequestRefused(Refusal.INVALID, message);
    }
  }

  static void duration(String what, Duration value) {
    require(!value.isNegative(), "negative " + what + ": " + TimeSpan.format(value));
    require(value.compareTo(LONGEST) <= 0, what + " of " + value.toDays() + " days is too long");
  }
}
