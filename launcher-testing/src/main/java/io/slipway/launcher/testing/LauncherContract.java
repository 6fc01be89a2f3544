package io.slipway.launcher.testing;

import io.slipway.launcher.LauncherProvider;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * The promises of a launcher, one test each. A launcher's author extends this class, supplies the
 * provider, and runs it. Tests of a promise that the launcher declares not to keep ({@code
 * notPromised()}) are skipped, with a message that says so, or check what is said of a launcher
 * that does not keep it.
 *
 * <p>All tests share one launcher. What they start needs a {@code java} program where the launcher
 * runs Java main classes, {@code /bin/sh} where it promises any program, and {@link #newSession()};
 * it sees the working directory and what the spec mounts, both at the path that they have here, and
 * nothing else. FIFOs in the working directory must work, so this kernel must be the one that runs
 * the processes; their ids are not looked at.
 *
 * <p>The system property {@code launcher.contract.short}, if it is {@code true}, leaves out the
 * exit codes that mean nothing to a shell, a kernel or an engine, and lets fewer workers crash, for
 * launchers whose starts are costly.
 */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class LauncherContract {
  private ContractBed bed;

  /**
   * The launcher's provider, whose class has a constructor without arguments: a process that is
   * going to be killed makes one of its own.
   */
  protected abstract LauncherProvider provider();

  /** Settings for the launcher; none unless overridden. */
  protected SortedMap<String, String> settings() {
    return new TreeMap<>();
  }

  /** Options for every launch; none unless overridden. */
  protected SortedMap<String, String> options() {
    return new TreeMap<>();
  }

  /**
   * The start of a shell command that runs the rest of it in a session of its own: {@code setsid}
   * unless overridden. A program of that kind has to be where the processes run.
   */
  protected String newSession() {
    return "setsid";
  }

  /**
   * A user other than that of this process, known by this name here and where the processes run:
   * {@code nobody} unless overridden.
   */
  protected String otherUser() {
    return "nobody";
  }

  /** Whether to leave out what is costly; as the system property says, unless overridden. */
  protected boolean isShort() {
    return Boolean.getBoolean("launcher.contract.short");
  }

  final ContractBed bed() {
    return bed;
  }

  /** Makes the launcher. */
  @BeforeAll
  void open() throws Exception {
    bed = new ContractBed(provider(), settings(), options());
  }

  /** Closes the launcher. */
  @AfterAll
  void close() throws Exception {
    if (bed != null) {
      bed.close();
    }
  }

  /** Stops what a test has left. */
  @AfterEach
  void stopWhatIsLeft() throws Exception {
    bed.stopAll();
    bed.restartIfClosed();
  }

  /** The provider, and what a launch does, refuses, or leaves behind. */
  @Nested
  final class Launches extends LaunchPromises {
    Launches() {
      super(LauncherContract.this);
    }
  }

  /** What a process finds: arguments, environment, directory, files, ports, limits. */
  @Nested
  final class Surroundings extends SurroundingsPromises {
    Surroundings() {
      super(LauncherContract.this);
    }
  }

  /** How a process ends, by itself or stopped, and what of it is left. */
  @Nested
  final class Ends extends EndPromises {
    Ends() {
      super(LauncherContract.this);
    }
  }

  /** What a process writes, and where that is found. */
  @Nested
  final class Outputs extends OutputPromises {
    Outputs() {
      super(LauncherContract.this);
    }
  }

  /** What becomes of executions when their worker is restarted, or dies. */
  @Nested
  final class Restarts extends RestartPromises {
    Restarts() {
      super(LauncherContract.this);
    }
  }
}
