package io.slipway.client.inprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.Command;
import io.slipway.model.SlipwayEnvironment;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program sees and how it ends, called by {@code java} and through the client process. */
class ITClientProcess {
  @TempDir private Path directory;

  private record Outcome(int exitCode, String stdout, String stderr) {}

  /** The driver. */
  public static final class Program {
    private Program() {}

    /** Does what the first argument says. */
    public static void main(String[] arguments) throws Exception {
      switch (arguments[0]) {
        case "exit" -> System.exit(Integer.parseInt(arguments[1]));
        case "halt" -> Runtime.getRuntime().halt(Integer.parseInt(arguments[1]));
        case "throw" -> nested(arguments[1]);
        case "thread" -> {
          Thread thread = new Thread(() -> System.out.println("after main"));
          Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("at the end")));
          thread.start();
          if (arguments[1].equals("throw")) {
            throw new IllegalStateException("with a thread left");
          }
        }
        default -> describe(arguments);
      }
    }

    private static void nested(String message) {
      try {
        throw new IOException(message);
      } catch (IOException e) {
        throw new IllegalStateException("outer", e);
      }
    }

    private static void describe(String[] arguments) throws IOException {
      Thread thread = Thread.currentThread();
      System.out.println(Arrays.toString(arguments));
      System.out.println(thread.getName() + " " + thread.getThreadGroup().getName());
      System.out.println(thread.getPriority() + " " + thread.isDaemon() + " " + thread.getId());
      System.out.println(thread.getContextClassLoader() == ClassLoader.getSystemClassLoader());
      System.out.println(new TreeMap<>(System.getenv()));
      System.out.println(Path.of("").toAbsolutePath());
      System.out.println(System.getProperty("java.class.path"));
      System.out.println(System.getProperty("sun.java.command"));
      System.out.println(Runtime.getRuntime().maxMemory());
      System.out.println(System.in.read());
    }
  }

  private Outcome run(Command.Jvm command) throws Exception {
    Path out = Files.createTempFile(directory, "out", "");
    Path err = Files.createTempFile(directory, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(
                command.commandLine(
                    Path.of(System.getProperty("java.home"), "bin/java").toString()))
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                SlipwayEnvironment.EXECUTION_ID, "app-20261122-0007-d1",
                SlipwayEnvironment.CORES, "1",
                SlipwayEnvironment.MEMORY, "536870912"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private static Command.Jvm java(String mainClass, String... arguments) {
    List<Path> classPath = new ArrayList<>();
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .forEach(classPath::add);
    return new Command.Jvm(mainClass, classPath, List.of("-Xmx64m"), List.of(arguments));
  }

  private Outcome assertSame(String mainClass, String... arguments) throws Exception {
    Command.Jvm command = java(mainClass, arguments);
    Outcome plain = run(command);
    Outcome through = run(ClientProcess.wrap(command));

    assertThat(through).isEqualTo(plain);
    return plain;
  }

  @Test
  void describe_throughTheClientProcess_seesTheSame() throws Exception {
    assertThat(assertSame(Program.class.getName(), "describe", "a b", "", "ü").exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 42, 255})
  void exit_code_isTheSame(int code) throws Exception {
    assertThat(assertSame(Program.class.getName(), "exit", Integer.toString(code)).exitCode())
        .isEqualTo(code);
  }

  @Test
  void halt_code_isTheSame() throws Exception {
    assertSame(Program.class.getName(), "halt", "7");
  }

  @Test
  void uncaughtException_stackTraceAndCode_areTheSame() throws Exception {
    Outcome outcome = assertSame(Program.class.getName(), "throw", "inner");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.stderr()).startsWith("Exception in thread \"main\"").contains("inner");
  }

  @ParameterizedTest
  @ValueSource(strings = {"return", "throw"})
  void threadLeftByMain_isWaitedFor(String how) throws Exception {
    assertThat(assertSame(Program.class.getName(), "thread", how).stdout())
        .isEqualTo("after main\nat the end\n");
  }

  @Test
  void missingClass_messageAndCode_areTheSame() throws Exception {
    assertSame("no.such.Main");
  }
}
