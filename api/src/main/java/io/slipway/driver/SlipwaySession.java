package io.slipway.driver;

import io.slipway.model.ApplicationId;
import io.slipway.model.DeployMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A driver's connection to its cluster: executors come with it, run what its {@link #executor} is
 * given, and go when it is closed.
 *
 * <p>In a process that Slipway launched (cluster mode, or {@code slipway submit} in client mode)
 * everything it needs is in the environment. A program that was started otherwise, from an IDE say,
 * names a master and opens a <em>hosted</em> session: it is submitted in client mode, and its class
 * path is brought to the executors. The same program works in all three.
 *
 * <p>{@link #close()} says that the program has done its work, {@link #close(Throwable)} that it
 * has failed. In a process that Slipway launched the exit code decides all the same; a hosted
 * session's outcome is what was said here, and a JVM that ends without having said either has
 * failed. The first of the two counts, and a {@code try} with the session as its resource calls
 * {@link #close()} even when an exception leaves it: a hosted program that wants that to count as a
 * failure catches it inside, and calls {@link #close(Throwable)}.
 *
 * <p>The session goes on while no master can be reached: tasks travel between driver and executors
 * directly. Safe for use by several threads. A JVM can have one session at a time.
 */
public interface SlipwaySession extends AutoCloseable {
  /** Begins to describe a session. */
  static SessionBuilder builder() {
    return new SessionBuilder();
  }

  /**
   * Opens a session with what the environment says.
   *
   * @throws SessionException if the environment says nothing, or the session can't be opened
   */
  static SlipwaySession open() throws InterruptedException {
    return builder().open();
  }

  /** The application. */
  ApplicationId applicationId();

  /** Where this driver runs; a hosted session is client mode. */
  DeployMode deployMode();

  /** Which attempt at the driver this is, from 1. */
  int attempt();

  /**
   * Hands tasks to the session's executors, where it has several profiles to those of the profile
   * {@code default}. Always the same object.
   */
  SlipwayExecutor executor();

  /**
   * Hands tasks to the executors of a profile, and to no others: a task whose executor is lost runs
   * again in another one of the profile. Always the same object for a profile.
   *
   * @param profile a name that {@link SessionBuilder#profile} declared, or the submission
   * @throws IllegalArgumentException if the session has no such profile
   */
  SlipwayExecutor executor(String profile);

  /**
   * Makes a large read-only value known to all executors. It is written to a temporary file here,
   * piece by piece; each executor whose tasks ask for it fetches it once, and deserializes it once:
   * all tasks of an executor see the same object, and must not change it. The value goes with a
   * task by the {@link Broadcast}, which a task captures instead of it.
   *
   * @param value {@code Serializable}, or null
   * @throws TaskNotSerializableException if it can't be serialized
   * @throws java.io.UncheckedIOException if the temporary file can't be written
   * @throws IllegalStateException if the session has been closed
   */
  <T> Broadcast<T> broadcast(T value);

  /**
   * Makes a large file known to all executors: each whose tasks ask for it fetches it once, to its
   * working directory, and tasks get the path of that copy. The file is read where it is, here, and
   * must not be changed before the broadcast is closed: executors that fetch it then are refused.
   *
   * @throws IOException if the file can't be read
   * @throws IllegalStateException if the session has been closed
   */
  Broadcast<Path> broadcastFile(Path file) throws IOException;

  /** The executors that have not ended, by number. */
  List<ExecutorView> executors();

  /**
   * Tells a listener what becomes of executors from now on. It is called by one thread of the
   * session's, one event at a time in their order; it may call the session, and others wait while
   * it blocks. What it throws goes to that thread's uncaught exception handler, and it is called
   * again for the next event.
   *
   * @throws IllegalStateException if the session has been closed
   */
  void addListener(SessionListener listener);

  /**
   * Tells a listener how the tasks get on: now, then at most so often and only when something has
   * changed, and once more when the session closes. It is called like those of {@link
   * #addListener}.
   *
   * @param every more than zero
   * @throws IllegalStateException if the session has been closed
   */
  void addProgressListener(Duration every, Consumer<TaskProgress> listener);

  /**
   * Shows how the tasks get on, until the session closes: as a bar in one line of the terminal that
   * standard error is. Where that is none, a pipe or a file say, nothing is shown; nor in a process
   * that Slipway launched. What the program prints itself meanwhile goes into that line too.
   *
   * @param label what the tasks do, for people; may be empty
   * @throws IllegalStateException if a bar is shown already, or the session has been closed
   */
  default void showProgress(String label) {
    showProgress(label, 0);
  }

  /**
   * The same, where not all tasks are handed in at first, as with a stream of results.
   *
   * @param expected how many tasks there will be; those that are handed in count if they are more
   */
  void showProgress(String label, long expected);

  /** How the tasks get on now. */
  TaskProgress taskProgress();

  /**
   * Waits until so many executors are there, of all profiles together: connected, or, where they
   * are a command of the application's own, running. {@link SlipwayExecutor#awaitExecutors} waits
   * for those of one profile.
   *
   * @return false if the time was over first, or the session was closed meanwhile
   * @throws IllegalStateException if the session has been closed before
   */
  boolean awaitExecutors(int count, Duration atMost) throws InterruptedException;

  /** Why executors are waited for, in words; empty if none are, or it is not known yet. */
  String waitingReason();

  /**
   * Stops executors by number; what they run is run again elsewhere. Numbers that have ended are
   * passed over. The target stays: lower it first ({@link SlipwayExecutor#setExecutors}), or others
   * take their place.
   *
   * @throws IllegalStateException if the session has been closed
   */
  void releaseExecutors(List<Integer> numbers);

  /**
   * Tells how far the work has come.
   *
   * @param progress 0 to 1
   */
  void setProgress(double progress);

  /** Tells where this driver's web page is. */
  void setPage(String url);

  /**
   * Closes the session: the program has done its work. Unfinished tasks fail with a {@link
   * SessionClosedException}; executors leave. Where no master can be reached, it waits for one for
   * ten seconds at most; that the end could not be recorded is then told to the {@link
   * System.Logger} of this package, as a warning. Idempotent.
   */
  @Override
  void close();

  /**
   * Closes the session, as {@link #close()} does, because the program has failed.
   *
   * @param failure why; the cause of the exceptions of unfinished tasks
   */
  void close(Throwable failure);
}
