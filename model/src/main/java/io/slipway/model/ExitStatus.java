package io.slipway.model;

/** How an execution ended; exactly one of four things, never guessed. */
public sealed interface ExitStatus {

  /**
   * The process ended by itself with a code.
   *
   * @param code 0 to 255
   */
  record Exited(int code) implements ExitStatus {
    /** Checks the range. */
    public Exited {
      if (code < 0 || code > 255) {
        throw new IllegalArgumentException("exit code " + code + " is not between 0 and 255");
      }
    }

    @Override
    public String toString() {
      return "exited with " + code;
    }
  }

  /**
   * A signal ended the process.
   *
   * @param number the signal's number, 1 to 127
   */
  record Signalled(int number) implements ExitStatus {
    /** Checks the range. */
    public Signalled {
      if (number < 1 || number > 127) {
        throw new IllegalArgumentException("signal " + number + " is not between 1 and 127");
      }
    }

    @Override
    public String toString() {
      return "ended by " + Signals.name(number);
    }
  }

  /**
   * No process ever ran.
   *
   * @param reason in words, for people
   */
  record NotStarted(String reason) implements ExitStatus {
    @Override
    public String toString() {
      return "not started: " + reason;
    }
  }

  /**
   * Nobody can know how it ended, or whether it did.
   *
   * @param reason in words, for people
   */
  record Lost(String reason) implements ExitStatus {
    @Override
    public String toString() {
      return "lost: " + reason;
    }
  }

  /** Whether the process ended by itself with code 0. */
  default boolean isSuccess() {
    return this instanceof Exited exited && exited.code() == 0;
  }
}
