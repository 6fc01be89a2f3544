package io.slipway.client;

import io.slipway.executor.ExecutorMain;
import io.slipway.launcher.LaunchBinder;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;

/**
 * Turns a specification into what is submitted: reads the files that it names, packs class
 * directories, and puts the jar with Slipway's library first. Asks no master. The same for the
 * command and for programs, and for both deploy modes.
 */
public final class SpecificationResolver {
  private final Optional<Path> apiBundle;
  private final Path scratch;

  /**
   * Makes a resolver.
   *
   * @param apiBundle the jar to add to a class path that brings no api ({@link ApiBundle#locate});
   *     empty if there is none
   * @param scratch an existing directory for packed class directories; the files must stay there
   *     until they have been uploaded
   */
  public SpecificationResolver(Optional<Path> apiBundle, Path scratch) {
    this.apiBundle = apiBundle;
    this.scratch = scratch;
  }

  /**
   * Resolves. Reads every file to its end.
   *
   * @throws IOException naming the file, if one is missing or can't be read, or is neither a jar
   *     nor a class directory; or if the main class is in none of them
   * @throws IllegalArgumentException naming the value, if something can't be launched as it is
   */
  public Submission resolve(Specification specification) throws IOException {
    List<LocalArtifact> artifacts = new ArrayList<>();
    List<ArtifactRef> files = new ArrayList<>();
    for (LocalArtifact file : files(specification.files())) {
      artifacts.add(file);
      files.add(file.reference());
    }
    CommandTemplate driver;
    List<ArtifactRef> classPath;
    String name;
    List<ExecutorSpecification> executors = specification.executors();
    if (specification.program() instanceof Specification.Program.Jvm jvm) {
      String mainClass =
          jvm.mainClass().isPresent() ? jvm.mainClass().get() : mainClassOf(jvm.classPath().get(0));
      PackagedClassPath packed = new ClassPathPackager(apiBundle, scratch).pack(jvm.classPath());
      packed.requireClass(mainClass);
      artifacts.addAll(packed.artifacts());
      classPath = packed.references();
      driver =
          new CommandTemplate.Jvm(
              mainClass, classPath, specification.jvmOptions(), jvm.arguments());
      name = mainClass.substring(mainClass.lastIndexOf('.') + 1);
      if (executors.isEmpty()) {
        // What each of them is, where the driver says how many.
        executors = List.of(ExecutorSpecification.of(0));
      }
    } else if (specification.program() instanceof Specification.Program.Command command) {
      classPath = List.of();
      driver = new CommandTemplate.Program(command.words());
      Path program = Path.of(command.words().get(0)).getFileName();
      name = program == null ? "command" : program.toString();
    } else {
      throw new AssertionError(specification.program());
    }
    List<ExecutorProfile> profiles = new ArrayList<>();
    for (ExecutorSpecification kind : executors) {
      profiles.add(profile(specification, kind, classPath, files));
    }
    LaunchTemplate template =
        template(
            specification,
            driver,
            files,
            specification.driver(),
            // The client's own process starts a client-mode driver.
            specification.deployMode() == DeployMode.CLIENT
                ? Optional.empty()
                : specification.user(),
            specification.driverLauncher(),
            "the driver's memory, or its command: ");
    ApplicationSpec spec =
        new ApplicationSpec(
            specification.name().orElse(name),
            specification.deployMode(),
            Optional.of(template),
            profiles,
            specification.maxCores(),
            specification.maxAttempts(),
            specification.priority(),
            specification.lostAfter(),
            ApplicationSpec.DEFAULT_REGISTER_TIMEOUT,
            specification.timeLimit());
    return new Submission(
        specification.requestId().orElseGet(() -> UUID.randomUUID().toString()), spec, artifacts);
  }

  private static List<LocalArtifact> files(List<Path> files) throws IOException {
    List<LocalArtifact> artifacts = new ArrayList<>();
    Map<String, Path> names = new HashMap<>();
    for (Path file : files) {
      LocalArtifact artifact = LocalArtifact.of(file);
      Path other = names.put(artifact.reference().name(), file);
      if (other != null) {
        throw new IllegalArgumentException(
            "the files "
                + other
                + " and "
                + file
                + " have one name, and would lie in one directory; rename one");
      }
      artifacts.add(artifact);
    }
    return artifacts;
  }

  private static ExecutorProfile profile(
      Specification specification,
      ExecutorSpecification kind,
      List<ArtifactRef> classPath,
      List<ArtifactRef> files) {
    CommandTemplate command;
    if (kind.command().isEmpty()) {
      List<String> options = new ArrayList<>(specification.jvmOptions());
      options.addAll(kind.jvmOptions());
      command =
          new CommandTemplate.Jvm(ExecutorMain.class.getName(), classPath, options, List.of());
    } else {
      command = new CommandTemplate.Program(kind.command());
    }
    LaunchTemplate template =
        template(
            specification,
            command,
            files,
            kind.resources(),
            specification.user(),
            kind.launcher(),
            "the executors' memory, or their command: ");
    return new ExecutorProfile(
        kind.profile(), template, kind.allCores(), ExecutorTarget.of(kind.count()), kind.minimum());
  }

  private static LaunchTemplate template(
      Specification specification,
      CommandTemplate command,
      List<ArtifactRef> files,
      Resources resources,
      Optional<String> user,
      LauncherChoice own,
      String what) {
    LauncherChoice launcher = own.orElse(specification.launcher());
    LaunchTemplate template =
        new LaunchTemplate(
            command,
            specification.environment(),
            specification.secretEnvironment(),
            files,
            resources,
            user,
            List.of(),
            launcher.launcher(),
            launcher.options(),
            LaunchTemplate.DEFAULT_GRACE);
    try {
      LaunchBinder.check(template);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(what + e.getMessage(), e);
    }
    return template;
  }

  private static String mainClassOf(Path application) throws IOException {
    String mainClass = null;
    if (Files.isRegularFile(application)) {
      try (JarFile jar = new JarFile(application.toFile(), false)) {
        Manifest manifest = jar.getManifest();
        mainClass = manifest == null ? null : manifest.getMainAttributes().getValue("Main-Class");
      } catch (ZipException e) {
        throw new IOException(application + ": not a jar (" + e.getMessage() + ")", e);
      }
    }
    if (mainClass == null || mainClass.isBlank()) {
      throw new IOException(
          application + " names no Main-Class in its manifest; give the main class");
    }
    return mainClass.strip();
  }
}
