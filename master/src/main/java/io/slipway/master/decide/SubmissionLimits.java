package io.slipway.master.decide;

import io.slipway.model.ApplicationSpec;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.PrintableText;
import java.util.List;

/** What a submission may be at most; larger things travel as artifacts. */
final class SubmissionLimits {
  static final int BYTES = 256 * 1024;
  static final int PROFILES_BYTES = 128 * 1024;
  static final int PROFILES = 32;
  static final int MINIMUM_EXECUTORS = 1000;
  static final int EXECUTORS = 1_000_000;
  static final int ATTEMPTS = 100;
  static final int TEXT = 1024;

  private SubmissionLimits() {}

  static void check(ApplicationSpec spec) {
    Checks.require(
        PrintableText.isPrintable(spec.name()),
        "the name '"
            + PrintableText.shown(spec.name())
            + "' holds characters that can't be shown, such as controls of the direction of"
            + " writing");
    Checks.limit("the number of attempts", spec.maxAttempts(), ATTEMPTS);
    Checks.duration("lost-after", spec.lostAfter());
    Checks.duration("register time-out", spec.registerTimeout());
    spec.timeLimit().ifPresent(limit -> Checks.duration("time limit", limit));
    spec.driver().ifPresent(driver -> Checks.duration("grace", driver.grace()));
    check(spec.profiles());
  }

  static void check(List<ExecutorProfile> profiles) {
    Checks.limit("the number of resource profiles", profiles.size(), PROFILES);
    long minimum = 0;
    for (ExecutorProfile profile : profiles) {
      Checks.duration("grace", profile.template().grace());
      minimum += profile.minimum();
      Checks.limit("the number of executors", profile.target().total().orElse(0), EXECUTORS);
    }
    Checks.limit("the minimum of executors", minimum, MINIMUM_EXECUTORS);
  }
}
