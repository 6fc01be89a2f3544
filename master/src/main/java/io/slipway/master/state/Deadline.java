package io.slipway.master.state;

/**
 * A moment of cluster time at which something follows from silence.
 *
 * @param key what follows
 * @param atMillis cluster time in milliseconds
 */
public record Deadline(Key key, long atMillis) {
  /** Kinds. */
  public enum Kind {
    /** An application's driver has not registered: reserved executors are given back. */
    REGISTER,
    /** A client-mode driver is silent: it is lost. */
    DRIVER_LOST,
    /** A silent worker's execution is lost. */
    EXECUTION_LOST,
    /** A silent worker is lost. */
    WORKER_LOST,
    /** An application may use a worker again on which it failed to launch. */
    AVOIDANCE_OVER,
    /** An application has run for as long as it may. */
    TIME_LIMIT
  }

  /**
   * Names it.
   *
   * @param kind what follows
   * @param subject whose: an application's, worker's or execution's id; for {@link
   *     Kind#AVOIDANCE_OVER} application and worker, separated by a space
   */
  public record Key(Kind kind, String subject) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byKind = kind.compareTo(other.kind);
      return byKind != 0 ? byKind : subject.compareTo(other.subject);
    }
  }
}
