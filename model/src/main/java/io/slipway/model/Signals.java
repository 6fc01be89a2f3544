package io.slipway.model;

import java.util.Map;

/** The names of the signals of Linux (x86-64 and arm64; signal(7)). */
public final class Signals {
  /** Terminal closed. */
  public static final int HUP = 1;

  /** Interrupted from the keyboard. */
  public static final int INT = 2;

  /** Ended at once; can't be caught. */
  public static final int KILL = 9;

  /** Asked to end. */
  public static final int TERM = 15;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(HUP, "SIGHUP"),
          Map.entry(INT, "SIGINT"),
          Map.entry(3, "SIGQUIT"),
          Map.entry(4, "SIGILL"),
          Map.entry(5, "SIGTRAP"),
          Map.entry(6, "SIGABRT"),
          Map.entry(7, "SIGBUS"),
          Map.entry(8, "SIGFPE"),
          Map.entry(KILL, "SIGKILL"),
          Map.entry(10, "SIGUSR1"),
          Map.entry(11, "SIGSEGV"),
          Map.entry(12, "SIGUSR2"),
          Map.entry(13, "SIGPIPE"),
          Map.entry(14, "SIGALRM"),
          Map.entry(TERM, "SIGTERM"),
          Map.entry(24, "SIGXCPU"),
          Map.entry(25, "SIGXFSZ"));

  private Signals() {}

  /** The name, such as {@code SIGKILL}, or {@code signal 42}. */
  public static String name(int number) {
    return NAMES.getOrDefault(number, "signal " + number);
  }
}
