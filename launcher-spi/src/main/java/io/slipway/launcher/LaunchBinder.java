package io.slipway.launcher;

import static java.util.stream.Collectors.joining;

import io.slipway.model.ArtifactRef;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.ExecutionKind;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.SlipwayEnvironment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns a {@code LaunchTemplate} into a {@link LaunchSpec}, the one way for both deploy modes: who
 * launches, a worker or the client, supplies the {@link LaunchContext}.
 */
public final class LaunchBinder {
  /** The {@code PATH} of every process, unless its submission sets one. */
  public static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** The smallest memory of a JVM: what is left beside its heap is needed for the JVM itself. */
  public static final long MINIMUM_JVM_MEMORY = 320 * ByteSize.MIB;

  private static final long MINIMUM_BESIDE_HEAP = 256 * ByteSize.MIB;
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(SLIPWAY_[A-Z_]*)\\}\\}");

  private LaunchBinder() {}

  /** Binds a template. */
  public static LaunchSpec bind(LaunchTemplate template, LaunchContext context) {
    Resources reserved =
        new Resources(
            context.cores(), template.resources().memoryBytes(), template.resources().custom());
    SortedMap<String, String> environment = environment(template, context, reserved);
    List<Mount> mounts = new ArrayList<>();
    Command command;
    if (template.command() instanceof CommandTemplate.Jvm jvm) {
      List<Path> classPath = new ArrayList<>();
      for (ArtifactRef entry : jvm.classPath()) {
        Path path = context.artifacts().apply(entry);
        classPath.add(path);
        mounts.add(new Mount(path, true));
      }
      List<String> options = new ArrayList<>();
      if (jvm.jvmOptions().stream().noneMatch(LaunchBinder::setsHeap)) {
        options.add("-Xmx" + heapBytes(reserved.memoryBytes()) / ByteSize.MIB + "m");
      }
      options.addAll(jvm.jvmOptions());
      command = new Command.Jvm(jvm.mainClass(), classPath, options, jvm.arguments());
    } else if (template.command() instanceof CommandTemplate.Program program) {
      command = new Command.Program(program.arguments());
    } else {
      throw new AssertionError(template.command());
    }
    return new LaunchSpec(
        context.executionId(),
        fill(command, environment),
        command,
        environment,
        context.workDirectory(),
        reserved,
        template.user(),
        context.ports(),
        mounts,
        template.launcherOptions(),
        context.stdout(),
        context.stderr());
  }

  /**
   * Checks what can be known of a template before it is bound.
   *
   * @throws IllegalArgumentException naming the value, if a JVM has too little memory or a
   *     placeholder is unknown
   */
  public static void check(LaunchTemplate template) {
    if (template.command() instanceof CommandTemplate.Jvm jvm) {
      if (template.resources().memoryBytes() < MINIMUM_JVM_MEMORY) {
        throw new IllegalArgumentException(
            "memory of "
                + ByteSize.format(template.resources().memoryBytes())
                + " is too little for a JVM, which needs at least "
                + ByteSize.format(MINIMUM_JVM_MEMORY));
      }
      jvm.jvmOptions().forEach(LaunchBinder::checkPlaceholders);
      jvm.arguments().forEach(LaunchBinder::checkPlaceholders);
    } else if (template.command() instanceof CommandTemplate.Program program) {
      program.arguments().forEach(LaunchBinder::checkPlaceholders);
    }
  }

  /** The heap of a JVM: its memory less the larger of 256 MiB and a quarter. */
  static long heapBytes(long memoryBytes) {
    return memoryBytes - Math.max(MINIMUM_BESIDE_HEAP, memoryBytes / 4);
  }

  private static boolean setsHeap(String option) {
    return option.startsWith("-Xmx")
        || option.startsWith("-XX:MaxHeapSize=")
        || option.startsWith("-XX:MaxRAMPercentage=");
  }

  private static SortedMap<String, String> environment(
      LaunchTemplate template, LaunchContext context, Resources reserved) {
    SortedMap<String, String> environment = new TreeMap<>();
    environment.put("PATH", DEFAULT_PATH);
    environment.put("HOME", context.workDirectory().toString());
    environment.put("TMPDIR", "/tmp");
    environment.put("LANG", "C.UTF-8");
    environment.put("USER", template.user().orElse(context.userName()));
    environment.putAll(template.environment());
    environment.putAll(template.secretEnvironment());
    environment.put(
        SlipwayEnvironment.MASTERS,
        context.masters().stream().map(Object::toString).collect(joining(",")));
    environment.put(SlipwayEnvironment.APPLICATION_ID, context.executionId().application().value());
    environment.put(SlipwayEnvironment.ATTEMPT, Integer.toString(context.attempt()));
    environment.put(SlipwayEnvironment.EXECUTION_ID, context.executionId().toString());
    environment.put(SlipwayEnvironment.TOKEN, context.token());
    environment.put(SlipwayEnvironment.DEPLOY_MODE, context.deployMode().word());
    environment.put(SlipwayEnvironment.CORES, Integer.toString(reserved.cores()));
    environment.put(SlipwayEnvironment.MEMORY, Long.toString(reserved.memoryBytes()));
    environment.put(
        SlipwayEnvironment.PORTS,
        context.ports().entrySet().stream()
            .map(port -> port.getKey() + "=" + port.getValue())
            .collect(joining(",")));
    environment.put(SlipwayEnvironment.LISTEN, context.listen().toString());
    environment.put(SlipwayEnvironment.ADVERTISE, context.advertise().toString());
    environment.put(SlipwayEnvironment.INSECURE, Boolean.toString(context.insecure()));
    if (context.executionId().kind() == ExecutionKind.EXECUTOR) {
      environment.put(
          SlipwayEnvironment.EXECUTOR_NUMBER, Integer.toString(context.executionId().number()));
      environment.put(SlipwayEnvironment.PROFILE, context.profile().orElseThrow());
      environment.put(SlipwayEnvironment.DRIVER, context.driver().map(Object::toString).orElse(""));
    }
    return environment;
  }

  /** Puts values of variables in the place of placeholders. */
  static Command fill(Command command, Map<String, String> environment) {
    if (command instanceof Command.Jvm jvm) {
      return new Command.Jvm(
          jvm.mainClass(),
          jvm.classPath(),
          fill(jvm.options(), environment),
          fill(jvm.arguments(), environment));
    }
    return new Command.Program(fill(((Command.Program) command).arguments(), environment));
  }

  private static List<String> fill(List<String> arguments, Map<String, String> environment) {
    List<String> filled = new ArrayList<>();
    for (String argument : arguments) {
      filled.add(
          PLACEHOLDER
              .matcher(argument)
              .replaceAll(
                  match ->
                      Matcher.quoteReplacement(
                          SlipwayEnvironment.PLACEHOLDERS.contains(match.group(1))
                              ? environment.getOrDefault(match.group(1), "")
                              : match.group())));
    }
    return filled;
  }

  private static void checkPlaceholders(String argument) {
    Matcher matcher = PLACEHOLDER.matcher(argument);
    while (matcher.find()) {
      if (!SlipwayEnvironment.PLACEHOLDERS.contains(matcher.group(1))) {
        throw new IllegalArgumentException(
            "unknown placeholder "
                + matcher.group()
                + " (known: "
                + String.join(", ", SlipwayEnvironment.PLACEHOLDERS)
                + ")");
      }
    }
  }
}
