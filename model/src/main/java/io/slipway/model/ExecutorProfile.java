package io.slipway.model;

import java.util.Optional;

/**
 * One kind of executor of an application: how to start it, and how many.
 *
 * @param name unique within the application
 * @param template how to start one; its resources are one whole unit
 * @param allCores whether an executor takes all free cores of its worker, at least the template's
 * @param target how many are wanted
 * @param minimum how many are admitted together with the driver; not negative, at most the target's
 *     number
 */
public record ExecutorProfile(
    String name, LaunchTemplate template, boolean allCores, ExecutorTarget target, int minimum) {
  /** The name of the profile of an application that has one. */
  public static final String DEFAULT_NAME = "default";

  /** Checks. */
  public ExecutorProfile {
    checkName(name);
    if (minimum < 0 || minimum > target.total().orElse(Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "minimum of " + minimum + " executors is not between 0 and the target of " + target);
    }
    if (template.resources().cores() < 1) {
      throw new IllegalArgumentException("an executor needs at least one core");
    }
  }

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException if no profile can have it
   */
  public static void checkName(String name) {
    if (!name.matches("[a-z][a-z0-9-]{0,30}")) {
      throw new IllegalArgumentException(
          "not the name of a resource profile: '"
              + name
              + "' (expected a lower-case letter, then at most 30 of them, digits and hyphens)");
    }
  }

  /** The same with another target; the minimum is lowered to it where it must be. */
  public ExecutorProfile withTarget(ExecutorTarget newTarget) {
    return new ExecutorProfile(
        name,
        template,
        allCores,
        newTarget,
        Math.min(minimum, newTarget.total().orElse(Integer.MAX_VALUE)));
  }

  /** The launcher the template asks for. */
  public Optional<String> launcher() {
    return template.launcher();
  }
}
