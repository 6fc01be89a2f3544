package io.slipway.launcher;

/**
 * The promises of a launcher that one or another can't keep; each has tests in {@code
 * LauncherContract}, which are skipped where it is declared as not kept.
 */
public enum Promise {
  /** The environment of the process is exactly that of the spec. */
  EXACT_ENVIRONMENT("the environment is exactly the one given"),
  /** The process starts in the spec's working directory. */
  WORKING_DIRECTORY("the working directory is the one given"),
  /** Any program can be started, not only a Java main class. */
  ANY_PROGRAM("programs in any language can be started"),
  /** An exit with 128 + n and a death by signal n are told apart. */
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
   * The limits of the spec's resources hold for the whole process tree, and memory used up is told
   * as such.
   */
  RESOURCE_LIMITS("limits of processor and memory are enforced"),
  /** The process runs as the spec's user. */
  OTHER_USER("processes can run as another user"),
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
