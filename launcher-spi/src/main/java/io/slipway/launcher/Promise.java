package io.slipway.launcher;

/**
 * The promises of a launcher that one or another can't keep; each has tests in {@code
 * LauncherContract}. Where one is declared as not kept, they are skipped, or check what is said
 * here of a launcher that does not keep it.
 */
public enum Promise {
  /**
   * The environment of the process is exactly that of the spec, {@link Launcher#ownVariables()}
   * apart.
   */
  EXACT_ENVIRONMENT("the environment is exactly the one given"),
  /** The process starts in the spec's working directory. */
  WORKING_DIRECTORY("the working directory is the one given"),
  /** Any program can be started, not only a Java main class. */
  ANY_PROGRAM("programs in any language can be started"),
  /**
   * The process is started if and only if {@link Launcher#launch} returns: a program that does not
   * exist or can't be run is refused. Where this isn't kept, such a program may end with a code
   * other than 0 instead.
   */
  START_CONFIRMED("a program that can't be started is refused, and not told as an exit code"),
  /**
   * An exit with 128 + n and a death by signal n are told apart. Where this isn't kept, either is
   * {@code Exited(128 + n)}, with a cause that holds the words {@code or signal n}, unless the
   * launcher knows better (memory used up, a stop by force).
   */
  SIGNALS_DISTINGUISHED("an exit code above 128 is told from a death by signal"),
  /**
   * The process is one of its own, so that it can exit, crash or be killed without harm to others,
   * and be killed itself.
   */
  OWN_PROCESS("the work runs in a process of its own"),
  /** Nothing that the process started is left when it has ended, whatever it did to get away. */
  WHOLE_TREE(
      "everything that the process started is stopped with it, even what cleared its environment and left its session"),
  /** Standard output and error go to the spec's files, rolled by size. */
  LOG_FILES("output goes to rolling log files"),
  /**
   * The process goes on when the worker dies, and {@link Launcher#reattach} finds it, or how it
   * ended.
   */
  OUTLIVES_WORKER("processes outlive their worker and are found again"),
  /**
   * A process that must not outlive its owner ({@link LauncherSettings#outlivesOwner()}) is stopped
   * when the owner's process has died, however it died.
   */
  ENDS_WITH_OWNER("what must not outlive its owner is stopped when that has died"),
  /**
   * The limits of the spec's resources hold for the whole process tree, and memory used up is told
   * as such.
   */
  RESOURCE_LIMITS("limits of processor and memory are enforced"),
  /**
   * The process runs as the spec's user. Where this isn't kept, another user than the worker's own
   * is refused.
   */
  OTHER_USER("processes can run as another user"),
  /** A process can't change what the spec mounts for reading only. */
  READ_ONLY_MOUNTS("what is mounted for reading only can't be changed"),
  /** Others reach the process at the address of each of the spec's ports, on which it listens. */
  NAMED_PORTS("named ports are reached at their addresses"),
  /** Several executions run at the same time. */
  CONCURRENT_EXECUTIONS("several processes can run at the same time");

  private final String words;

  Promise(String words) {
    this.words = words;
  }

  /** The promise as a clause, for messages. */
  public String words() {
    return words;
  }
}
