package io.slipway.bundle;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.driver.FakeMaster;
import io.slipway.model.SlipwayEnvironment;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the bundle as applications have it: alone on the class path of a JVM of its own. */
class ITApiBundle {
  private static final Path BUNDLE = Path.of(System.getProperty("slipway.test.bundle"));
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<Process> processes = new ArrayList<>();

  @TempDir private Path directory;

  @AfterEach
  void stopWhatIsLeft() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void bundle_entries_areOursOrOutOfTheWay() throws Exception {
    try (JarFile jar = new JarFile(BUNDLE.toFile())) {
      List<String> names = jar.stream().map(entry -> entry.getName()).toList();

      assertThat(names)
          .contains("META-INF/slipway/api.properties", "io/slipway/executor/ExecutorMain.class")
          .allMatch(
              name ->
                  name.startsWith("io/slipway/")
                      || name.startsWith("META-INF/")
                      || name.equals("io/"))
          .noneMatch(name -> name.startsWith("io/slipway/rpc/"))
          .noneMatch(name -> name.startsWith("io/slipway/proto/"))
          .noneMatch(name -> name.endsWith(".so") || name.endsWith(".jnilib"));
    }
  }

  @Test
  void bundle_alone_runsAnExecutorAndUnpacksNothing() throws Exception {
    Path loaded = directory.resolve("loaded");
    Path temporary = Files.createDirectory(directory.resolve("tmp"));

    Process training =
        start(
            Map.of(),
            List.of(BUNDLE),
            List.of("-Xlog:class+load:file=" + loaded, "-Djava.io.tmpdir=" + temporary),
            trainingClass());

    assertThat(exitCode(training)).isZero();
    try (Stream<String> lines = Files.lines(loaded);
        Stream<Path> unpacked = Files.list(temporary)) {
      assertThat(lines.filter(line -> line.contains(BUNDLE.getFileName().toString())))
          .isNotEmpty()
          .allMatch(line -> line.contains(" io.slipway."));
      assertThat(unpacked).isEmpty();
    }
  }

  @Test
  void property_ofTheFlightRecorderSwitch_isTheOneThatNettyReads() throws Exception {
    Path classes =
        compile(
            Map.of(
                "Check",
                """
                public class Check {
                  public static void main(String[] arguments) throws Exception {
                    io.slipway.shaded.rpc.NettyStart.prepare();
                    Class<?> platform =
                        Class.forName("io.slipway.shaded.io.grpc.netty.shaded.io.netty.util.internal"
                            + ".PlatformDependent");
                    Object enabled = platform.getMethod("isJfrEnabled").invoke(null);
                    System.exit(Boolean.FALSE.equals(enabled) ? 0 : 1);
                  }
                }
                """));

    Process check = start(Map.of(), List.of(BUNDLE, classes), List.of(), "Check");

    assertThat(exitCode(check)).isZero();
  }

  @Test
  void application_withItsOwnGuavaAndGrpc_usesThemInDriverAndExecutor() throws Exception {
    Path classes =
        compile(
            Map.of(
                "com.google.common.collect.ImmutableList",
                """
                package com.google.common.collect;
                public class ImmutableList {
                  public static String of() { return "the application's own guava"; }
                }
                """,
                "io.grpc.Status",
                """
                package io.grpc;
                public class Status {
                  public static String code() { return "the application's own gRPC"; }
                }
                """,
                "app.Main",
                """
                package app;
                import io.slipway.driver.SlipwaySession;
                public class Main {
                  public static void main(String[] arguments) throws Exception {
                    try (SlipwaySession session = SlipwaySession.open()) {
                      String there = session.executor().submit(Main::own).get();
                      System.out.println(own() + "; there " + there);
                    }
                  }
                  static String own() {
                    return com.google.common.collect.ImmutableList.of() + ", " + io.grpc.Status.code();
                  }
                }
                """));
    List<Path> classPath = List.of(BUNDLE, classes);

    try (FakeMaster master = new FakeMaster()) {
      Process driver = start(environment(master), classPath, List.of(), "app.Main");
      await().atMost(PATIENCE).until(() -> !master.driverAddress().isEmpty());
      Process executor =
          start(
              executorEnvironment(master),
              classPath,
              List.of(),
              "io.slipway.executor.ExecutorMain");

      String own = "the application's own guava, the application's own gRPC";
      assertThat(driver.inputReader().readLine()).isEqualTo(own + "; there " + own);
      assertThat(exitCode(driver)).isZero();
      assertThat(exitCode(executor)).isZero();
    }
  }

  /** As launchers look it up. */
  private static String trainingClass() throws IOException {
    try (JarFile jar = new JarFile(BUNDLE.toFile());
        InputStream in = jar.getInputStream(jar.getEntry("META-INF/slipway/api.properties"))) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("archive.training.class");
    }
  }

  private static Map<String, String> environment(FakeMaster master) {
    Map<String, String> environment = new TreeMap<>();
    environment.put(SlipwayEnvironment.MASTERS, master.address().toString());
    environment.put(SlipwayEnvironment.APPLICATION_ID, FakeMaster.APPLICATION.value());
    environment.put(SlipwayEnvironment.ATTEMPT, "1");
    environment.put(SlipwayEnvironment.EXECUTION_ID, FakeMaster.APPLICATION.driver(1).toString());
    environment.put(SlipwayEnvironment.TOKEN, master.token());
    environment.put(SlipwayEnvironment.DEPLOY_MODE, "cluster");
    environment.put(SlipwayEnvironment.CORES, "1");
    environment.put(SlipwayEnvironment.LISTEN, "127.0.0.1:0");
    environment.put(SlipwayEnvironment.ADVERTISE, "127.0.0.1:0");
    return environment;
  }

  private static Map<String, String> executorEnvironment(FakeMaster master) {
    Map<String, String> environment = environment(master);
    environment.put(SlipwayEnvironment.EXECUTION_ID, FakeMaster.APPLICATION.executor(1).toString());
    environment.put(SlipwayEnvironment.EXECUTOR_NUMBER, "1");
    environment.put(SlipwayEnvironment.DRIVER, master.driverAddress());
    return environment;
  }

  private Process start(
      Map<String, String> environment, List<Path> classPath, List<String> options, String mainClass)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(options);
    command.add("-cp");
    command.add(classPath.stream().map(Path::toString).collect(joining(File.pathSeparator)));
    command.add(mainClass);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private Path compile(Map<String, String> sources) throws IOException {
    Path root = Files.createDirectory(directory.resolve("sources"));
    Path classes = Files.createDirectory(directory.resolve("classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> arguments =
        new ArrayList<>(List.of("-cp", BUNDLE.toString(), "-d", classes.toString()));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = root.resolve(source.getKey().replace('.', '/') + ".java");
      Files.createDirectories(file.getParent());
      Files.writeString(file, source.getValue());
      arguments.add(file.toString());
    }
    assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
    return classes;
  }
}
