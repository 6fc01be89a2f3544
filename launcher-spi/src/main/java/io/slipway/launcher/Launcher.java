package io.slipway.launcher;

import io.slipway.model.ExecutionId;
import java.nio.file.Path;
import java.util.Set;

/**
 * Starts processes on this machine and finds them again. Safe for use by several threads.
 *
 * <p>The caller makes an <em>execution directory</em> for each execution and forces it to disk
 * before it calls {@link #launch}. Of that directory the launcher owns {@code launcher/} (which
 * exists, mode 0700); it writes the program's output where the spec says; it touches nothing else
 * in it.
 */
public interface Launcher extends AutoCloseable {
  /**
   * Starts a process; returns when it runs. If this throws, nothing runs and nothing will, and a
   * later {@link #reattach} says {@link Reattached.NeverStarted}.
   *
   * <p>An interrupt stops a launch that is not through: it throws {@code InterruptedException} and
   * leaves nothing behind.
   *
   * <p>At most one process is ever started for an execution id: a second launch of the same id
   * throws.
   *
   * <p>What the spec asks for and this launcher does not know or can't do is refused, naming it: an
   * option, a user, a kind of command. It is never left out in silence.
   *
   * @param spec what to run
   * @param directory the execution directory, absolute
   * @throws LaunchException with a reason for people, if the process can't be started
   * @throws InterruptedException if the thread was interrupted before the process ran
   */
  LaunchHandle launch(LaunchSpec spec, Path directory) throws LaunchException, InterruptedException;

  /**
   * Finds out what became of a launch by an earlier launcher object, usually of a worker that has
   * died since, and makes sure that a launch which was under way then can no longer start. Blocks
   * until that is known; {@link Reattached.Unknown} is for what nobody can know. Each execution is
   * reattached at most once.
   *
   * @param id the execution
   * @param directory its execution directory, absolute
   */
  Reattached reattach(ExecutionId id, Path directory);

  /**
   * The promises of {@code LauncherContract} that this launcher does not keep; the worker prints
   * them at its start. Always the same.
   */
  Set<Promise> notPromised();

  /**
   * Names of environment variables that this launcher, or the engine behind it, sets by itself: it
   * adds them, or puts another value in place of the spec's, as a container engine does with {@code
   * HOSTNAME}, and a launcher with the addresses to listen on where processes have a network of
   * their own. Variables of a container's image are not among them. Always the same; none unless
   * overridden.
   */
  default Set<String> ownVariables() {
    return Set.of();
  }

  /**
   * Lets go of what runs, without stopping it (but see {@link Promise#OUTLIVES_WORKER}): handles
   * complete no more. What the launcher itself started and no longer needs ends. Idempotent.
   */
  @Override
  void close();
}
