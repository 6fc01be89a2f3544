package io.slipway.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user submitted, validated and never changed.
 *
 * @param name for people; 1 to 128 characters, no control characters
 * @param deployMode where the driver runs
 * @param driver how the driver is launched; always present in cluster mode; in client mode the
 *     record of how the submitter launches it, empty for a session that a program opened by itself
 * @param profiles kinds of executors; empty until a driver registers some
 * @param maxCores cap on the cores of all executors together
 * @param maxAttempts how often the driver may be started, at least 1
 * @param priority higher goes first
 * @param lostAfter how long a worker or a client-mode driver may be silent before its executions
 *     are lost
 * @param registerTimeout how long executors stay reserved for a driver that has not registered,
 *     where there is no executor template
 * @param timeLimit how long it may run, over all attempts, from when its driver ran first; positive
 */
public record ApplicationSpec(
    String name,
    DeployMode deployMode,
    Optional<LaunchTemplate> driver,
    List<ExecutorProfile> profiles,
    OptionalInt maxCores,
    int maxAttempts,
    int priority,
    Duration lostAfter,
    Duration registerTimeout,
    Optional<Duration> timeLimit) {
  /** Lost-after of a submission that names none. */
  public static final Duration DEFAULT_LOST_AFTER = Duration.ofSeconds(60);

  /** Register time-out of a submission that names none. */
  public static final Duration DEFAULT_REGISTER_TIMEOUT = Duration.ofSeconds(60);

  /** Checks and copies. */
  public ApplicationSpec {
    if (name.isBlank() || name.length() > 128 || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "not an application's name: '" + name + "' (expected 1 to 128 printable characters)");
    }
    profiles = List.copyOf(profiles);
    if (deployMode == DeployMode.CLUSTER && driver.isEmpty()) {
      throw new IllegalArgumentException("cluster mode needs a driver to launch");
    }
    if (profiles.stream().map(ExecutorProfile::name).distinct().count() < profiles.size()) {
      throw new IllegalArgumentException("two resource profiles of one name");
    }
    if (maxCores.isPresent() && maxCores.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "maximum of cores " + maxCores.getAsInt() + " is not positive");
    }
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("attempts " + maxAttempts + " is not positive");
    }
    if (lostAfter.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "lost-after " + TimeSpan.format(lostAfter) + " is shorter than a second");
    }
    if (registerTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "negative register time-out: " + TimeSpan.format(registerTimeout));
    }
    if (timeLimit.filter(limit -> limit.isZero() || limit.isNegative()).isPresent()) {
      throw new IllegalArgumentException(
          "time limit " + TimeSpan.format(timeLimit.get()) + " is not positive");
    }
  }

  /** Without a time limit. */
  public ApplicationSpec(
      String name,
      DeployMode deployMode,
      Optional<LaunchTemplate> driver,
      List<ExecutorProfile> profiles,
      OptionalInt maxCores,
      int maxAttempts,
      int priority,
      Duration lostAfter,
      Duration registerTimeout) {
    this(
        name,
        deployMode,
        driver,
        profiles,
        maxCores,
        maxAttempts,
        priority,
        lostAfter,
        registerTimeout,
        Optional.empty());
  }

  /** The same with a time limit. */
  public ApplicationSpec withTimeLimit(Duration limit) {
    return new ApplicationSpec(
        name,
        deployMode,
        driver,
        profiles,
        maxCores,
        maxAttempts,
        priority,
        lostAfter,
        registerTimeout,
        Optional.of(limit));
  }
}
