package io.slipway.cli;

import io.slipway.client.LocalArtifact;
import io.slipway.client.Submission;
import io.slipway.client.inprocess.ClientProcess;
import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchBinder;
import io.slipway.launcher.LaunchContext;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.launcher.LogTarget;
import io.slipway.model.ApplicationId;
import io.slipway.model.ArtifactRef;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * The execution directory and the launch spec of a client-mode driver: the same as a worker makes
 * them, but that a JVM's main class is called through Slipway's client process.
 *
 * @param directory the execution directory
 * @param spec what is launched
 */
record ClientModeLaunch(Path directory, LaunchSpec spec) {
  private static final String LAUNCHER = "process";
  private static final int MOST_BROKEN = 1_000;
  private static final long LOG_FILE_BYTES = 64 * ByteSize.MIB;
  private static final int LOG_FILES_ROLLED = 16;
  private static final HostPort ANY_LOOPBACK_PORT = new HostPort("127.0.0.1", 0);

  /**
   * Makes the directory, with the application's files in it.
   *
   * @param token the application token
   * @param scratch as for the launcher
   */
  static ClientModeLaunch prepare(
      ApplicationId id,
      List<HostPort> masters,
      String token,
      Submission resolved,
      SubmitOptions options,
      Path scratch)
      throws IOException {
    ExecutionId execution = id.driver(1);
    Path directory = Files.createDirectory(executions(scratch).resolve(execution.toString()));
    Files.createDirectory(directory.resolve("launcher"));
    Path logs = Files.createDirectory(directory.resolve("logs"));
    Path work = Files.createDirectory(directory.resolve("work"));
    Map<Digest, Path> local = new HashMap<>();
    for (LocalArtifact artifact : resolved.artifacts()) {
      local.put(artifact.reference().digest(), artifact.file().toAbsolutePath());
    }
    LaunchTemplate template = resolved.spec().driver().orElseThrow();
    for (ArtifactRef file : template.files()) {
      Path copy = work.resolve(file.name());
      Files.copy(local.get(file.digest()), copy);
      // As on a worker, which does not know what it was at the submitter's.
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Map<ArtifactRef, Path> links = linkClassPath(template, local, directory);
    HostPort listen = options.listen == null ? ANY_LOOPBACK_PORT : options.listen;
    LaunchContext context =
        new LaunchContext(
            execution,
            DeployMode.CLIENT,
            1,
            masters,
            token,
            Optional.empty(),
            Optional.empty(),
            template.resources().cores(),
            listen,
            options.advertise == null ? listen : options.advertise,
            options.insecure,
            Collections.emptySortedMap(),
            System.getProperty("user.name"),
            work,
            links::get,
            new LogTarget(logs.resolve("stdout"), LOG_FILE_BYTES, LOG_FILES_ROLLED),
            new LogTarget(logs.resolve("stderr"), LOG_FILE_BYTES, LOG_FILES_ROLLED));
    return new ClientModeLaunch(
        directory, throughClientProcess(LaunchBinder.bind(template, context)));
  }

  /** As a worker lays it out: each entry by its own name, in the execution directory. */
  private static Map<ArtifactRef, Path> linkClassPath(
      LaunchTemplate template, Map<Digest, Path> local, Path directory) throws IOException {
    Map<ArtifactRef, Path> links = new HashMap<>();
    if (template.command() instanceof CommandTemplate.Jvm jvm) {
      Path classPath = Files.createDirectory(directory.resolve("classpath"));
      Set<String> names = new HashSet<>();
      for (ArtifactRef entry : jvm.classPath()) {
        if (!links.containsKey(entry)) {
          String name =
              names.add(entry.name())
                  ? entry.name()
                  : entry.digest().hex().substring(0, 12) + "-" + entry.name();
          links.put(
              entry, Files.createSymbolicLink(classPath.resolve(name), local.get(entry.digest())));
        }
      }
    }
    return links;
  }

  private static LaunchSpec throughClientProcess(LaunchSpec bound) {
    Command command =
        bound.command() instanceof Command.Jvm jvm ? ClientProcess.wrap(jvm) : bound.command();
    return new LaunchSpec(
        bound.executionId(),
        command,
        bound.environment(),
        bound.workDirectory(),
        bound.resources(),
        bound.user(),
        bound.ports(),
        bound.mounts(),
        // Those of the submission are for the launcher of a worker.
        Collections.emptySortedMap(),
        bound.stdout(),
        bound.stderr());
  }

  private static Path executions(Path scratch) {
    return scratch.resolve("executions");
  }

  /**
   * The launcher of the driver, whose supervisor is still starting.
   *
   * @param scratch a directory for its files, and those of what it launches
   */
  static Launcher startLauncher(Path scratch) {
    try {
      return processLauncher()
          .create(
              new LauncherSettings(
                  "submit-" + ProcessHandle.current().pid(),
                  Files.createDirectory(scratch.resolve("launcher")),
                  Files.createDirectory(executions(scratch)),
                  false,
                  Collections.emptySortedMap()));
    } catch (IOException | LaunchException e) {
      throw failed(e);
    }
  }

  /** That the driver can't be started. */
  static CommandFailedException failed(Exception reason) {
    return CommandFailedException.failed(
        "the driver can't be started: " + Reasons.of(reason), reason);
  }

  /**
   * The launcher of local processes, which is found on the class path. Others beside it may be
   * broken; the workers that need them say so.
   */
  private static LauncherProvider processLauncher() {
    Iterator<LauncherProvider> found = ServiceLoader.load(LauncherProvider.class).iterator();
    for (int broken = 0; broken < MOST_BROKEN; ) {
      try {
        if (!found.hasNext()) {
          break;
        }
        LauncherProvider provider = found.next();
        if (provider.name().equals(LAUNCHER)) {
          return provider;
        }
      } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
        broken++;
      }
    }
    throw CommandFailedException.failed(
        "the launcher '"
            + LAUNCHER
            + "' is not there; its jar belongs into the directory 'launchers' of the distribution");
  }
}
