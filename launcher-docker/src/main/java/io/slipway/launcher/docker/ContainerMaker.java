package io.slipway.launcher.docker;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchBinder;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes the containers of one worker: from launch spec and image to one that can be started. */
final class ContainerMaker {
  private final Engine engine;
  private final String owner;
  private final Consumer<String> removal;
  private final ProgramCheck programs;

  /**
   * Of an engine.
   *
   * @param owner the worker's id, for the label
   * @param removal removes the container of a name as soon as the engine answers
   */
  ContainerMaker(Engine engine, String owner, Consumer<String> removal) {
    this.engine = engine;
    this.owner = owner;
    this.removal = removal;
    this.programs = new ProgramCheck(engine);
  }

  /**
   * The image that a submission asks for, pulled if that is its wish.
   *
   * @param interrupted breaks off a pull when it becomes true
   */
  Engine.Image image(ContainerOptions options, AtomicBoolean interrupted)
      throws LaunchException, EngineException, InterruptedException {
    Optional<Engine.Image> found =
        options.pull() == DockerSettings.PullPolicy.ALWAYS
                && !options.image().equals(RuntimeImage.DEFAULT_NAME)
            ? Optional.empty()
            : engine.findImage(options.image());
    if (found.isEmpty() && options.image().equals(RuntimeImage.DEFAULT_NAME)) {
      throw new LaunchException(
          "there is no image '"
              + options.image()
              + "' on this worker: 'slipway docker-image"
              + (engine.socket().equals(DockerSettings.DEFAULT_ENGINE)
                  ? ""
                  : " --engine " + engine.socket())
              + "' builds it from what is on the machine; or name another with --launcher-option image=NAME");
    }
    if (found.isEmpty() && options.pull() == DockerSettings.PullPolicy.NEVER) {
      throw new LaunchException(
          "there is no image '" + options.image() + "' on this worker, and it is never pulled");
    }
    if (found.isEmpty()) {
      try {
        engine.pull(options.image(), interrupted);
      } catch (EngineException e) {
        throw new LaunchException(
            (options.pull() == DockerSettings.PullPolicy.ALWAYS
                    ? "image '" + options.image() + "' can't be pulled: "
                    : "there is no image '"
                        + options.image()
                        + "' on this worker, and it can't be pulled: ")
                + e.getMessage(),
            e);
      }
      found = engine.findImage(options.image());
    }
    return found.orElseThrow(
        () -> new LaunchException("image '" + options.image() + "' is gone again"));
  }

  /**
   * Makes a container, and does not start it. If there is no answer it is removed as soon as there
   * is one again.
   *
   * @param addresses of a bridged one; null for the machine's own network
   */
  void make(
      LaunchSpec spec,
      ContainerOptions options,
      String account,
      Engine.Image image,
      String name,
      Addresses addresses)
      throws LaunchException, EngineException {
    ContainerRequest request = request(spec, options, account, image, name, addresses);
    try {
      engine.create(request);
    } catch (EngineException e) {
      if (e.isConflict()) {
        throw new LaunchException(
            "there is a container of the name "
                + request.name()
                + " already, which this launch has not made; 'docker rm -f' removes it",
            e);
      }
      if (e.isUnanswered()) {
        removal.accept(request.name());
      }
      throw e;
    }
  }

  private ContainerRequest request(
      LaunchSpec spec,
      ContainerOptions options,
      String account,
      Engine.Image image,
      String name,
      Addresses addresses)
      throws LaunchException {
    SortedMap<String, String> environment = new TreeMap<>(spec.environment());
    environment.put("PATH", searchPath(spec, image));
    List<ContainerRequest.BindMount> mounts = new ArrayList<>();
    for (Mount mount : spec.mounts()) {
      mounts.add(new ContainerRequest.BindMount(mount.path(), mount.path(), mount.readOnly()));
    }
    for (Mount mount : options.mounts()) {
      try {
        mounts.add(
            new ContainerRequest.BindMount(
                mount.path().toRealPath(), mount.path(), mount.readOnly()));
      } catch (IOException e) {
        throw new LaunchException(mount.path() + " is not there any more", e);
      }
    }
    return new ContainerRequest(
        name,
        options.image(),
        Map.of(Engine.WORKER_LABEL, owner, Engine.EXECUTION_LABEL, spec.executionId().toString()),
        commandLine(spec.command(), options, image),
        environment,
        spec.workDirectory(),
        mounts,
        account,
        spec.resources().cores(),
        spec.resources().memoryBytes(),
        addresses);
  }

  /** The submission's, if it set one; else the image's, which knows its own programs. */
  private static String searchPath(LaunchSpec spec, Engine.Image image) {
    String given = spec.environment().getOrDefault("PATH", LaunchBinder.DEFAULT_PATH);
    return given.equals(LaunchBinder.DEFAULT_PATH)
        ? image.environment().getOrDefault("PATH", given)
        : given;
  }

  private static List<String> commandLine(
      Command command, ContainerOptions options, Engine.Image image) {
    if (command instanceof Command.Jvm jvm) {
      String home = image.environment().getOrDefault("JAVA_HOME", "");
      return jvm.commandLine(options.java().orElse(home.isEmpty() ? "java" : home + "/bin/java"));
    }
    return ((Command.Program) command).arguments();
  }

  /** Checks that a made container can run its program. */
  void checkProgram(LaunchSpec spec, ContainerOptions options, Engine.Image image, String container)
      throws LaunchException, EngineException {
    List<Path> mounted =
        Stream.of(
                Stream.of(spec.workDirectory()),
                spec.mounts().stream().map(Mount::path),
                options.mounts().stream().map(Mount::path))
            .flatMap(paths -> paths)
            .toList();
    programs.check(
        container,
        image,
        commandLine(spec.command(), options, image).get(0),
        searchPath(spec, image),
        spec.workDirectory(),
        mounted);
  }
}
