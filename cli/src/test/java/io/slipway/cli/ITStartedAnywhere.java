package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.client.ApiBundle;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import io.slipway.client.Specification;
import io.slipway.client.SpecificationBuilder;
import io.slipway.model.ApplicationState;
import io.slipway.model.HostPort;
import io.slipway.rpc.TokenFiles;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that are started in every way but by {@code slipway submit} alone: from class
 * directories, by a build tool, and by a program that submits; with libraries of their own.
 */
class ITStartedAnywhere {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path BUNDLE = Path.of(System.getProperty(ApiBundle.PROPERTY));
  private static final Path CONFLICTING = Path.of(System.getProperty("slipway.conflicting"));
  private static final Pattern JAVA_BLOCK =
      Pattern.compile("(?m)^```java\\n(.*?)^```", Pattern.DOTALL);

  /** Says which versions of libraries it has, in the driver and in an executor. */
  private static final String VERSIONS =
      """
      package com.example;
      import io.slipway.driver.SlipwaySession;
      public class Versions {
        public static void main(String[] args) throws Exception {
          try (SlipwaySession session = SlipwaySession.builder().executors(1).open()) {
            System.out.println("driver has " + own());
            System.out.println("executor has " + session.executor().submit(Versions::own).get());
          }
        }
        @SuppressWarnings("deprecation")
        static String own() {
          // Gone from later versions of guava.
          String guava = com.google.common.base.Objects.firstNonNull(null, "guava works");
          // Of another class in later versions of protobuf.
          com.google.protobuf.Timestamp time =
              com.google.protobuf.Timestamp.newBuilder().setSeconds(7).build();
          String protobuf = time.getClass().getSuperclass().getSimpleName() + time.toByteArray().length;
          io.grpc.Status status = io.grpc.Status.ABORTED.withDescription("gRPC works");
          return String.join(" ", guava, protobuf, status.getDescription(),
              jar(com.google.common.base.Objects.class), jar(time.getClass()), jar(status.getClass()));
        }
        private static String jar(Class<?> type) {
          String path = type.getProtectionDomain().getCodeSource().getLocation().getPath();
          return path.substring(path.lastIndexOf('/') + 1);
        }
      }
      """;

  private static final String HAS =
      " has guava works GeneratedMessageV32 gRPC works"
          + " guava-20.0.jar protobuf-java-3.5.1.jar grpc-core-1.20.0.jar";

  @TempDir static Path directory;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.ofOneWorker(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void libraries_ofTheApplication_winInEveryMode() throws Exception {
    List<Path> libraries;
    try (Stream<Path> jars = Files.list(CONFLICTING)) {
      libraries = jars.sorted().toList();
    }
    assertThat(libraries).hasSize(4);
    Path sources = Files.createDirectories(directory.resolve("versions/src/com/example"));
    Files.writeString(sources.resolve("Versions.java"), VERSIONS);
    List<Path> compileWith = new ArrayList<>(libraries);
    compileWith.add(0, BUNDLE);
    Path classes = compile("versions", directory.resolve("versions/src"), compileWith);

    // Hosted: an ordinary program with a class directory, as an IDE starts it.
    List<Path> classPath = new ArrayList<>(List.of(classes));
    classPath.addAll(compileWith);
    assertVersions(java(directory, classPath, List.of(), "com.example.Versions").out());

    // Client mode.
    List<String> flags = new ArrayList<>(List.of("--executors=1", "--class=com.example.Versions"));
    libraries.forEach(jar -> flags.add("--jar=" + jar));
    flags.add(classes.toString());
    TestCluster.Run run = cluster.command("submit", flags.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertVersions(run.out());

    // Cluster mode, by the submit client.
    SpecificationBuilder application =
        Specification.jvm("com.example.Versions", List.of(classes)).executors(1);
    libraries.forEach(application::classPathEntry);
    try (SlipwayClient client = client()) {
      ApplicationHandle running = client.submit(application.build());
      String output;
      try (Stream<String> lines = running.driverLines()) {
        output = lines.collect(joining("\n"));
      }
      ApplicationReport end = running.await();
      assertThat(end.state()).as(end.toString()).isEqualTo(ApplicationState.SUCCEEDED);
      assertVersions(output);
    }
  }

  private static void assertVersions(String output) {
    assertThat(output).contains("driver" + HAS, "executor" + HAS);
  }

  private static SlipwayClient client() throws Exception {
    return SlipwayClient.connect(
        List.of(HostPort.parse(cluster.address())),
        new TokenFiles(cluster.tokens()).userToken().token());
  }

  @Test
  void buildTool_runsAProgramAndATest_eachOpensASession() throws Exception {
    Path project = Files.createDirectories(directory.resolve("project"));
    write(
        project.resolve("src/main/java/com/example/Anywhere.java"),
        """
        package com.example;
        import io.slipway.driver.SlipwaySession;
        public class Anywhere {
          public static void main(String[] args) throws Exception {
            System.out.println(args[0] + " gets " + answer(args[0]));
          }
          static String answer(String caller) throws Exception {
            try (SlipwaySession session = SlipwaySession.builder().executors(1).open()) {
              return session.executor().submit(() -> new Answer(6 * 7, caller)).get().toString();
            }
          }
          record Answer(int number, String to) implements java.io.Serializable {}
        }
        """);
    write(
        project.resolve("src/test/java/com/example/AnywhereTest.java"),
        """
        package com.example;
        import static org.junit.jupiter.api.Assertions.assertEquals;
        import org.junit.jupiter.api.Test;
        class AnywhereTest {
          @Test
          void answer_isRight() throws Exception {
            assertEquals("Answer[number=42, to=test]", Anywhere.answer("test"));
            System.out.println("started with " + System.getProperty("surefire.real.class.path"));
          }
        }
        """);
    write(project.resolve("pom.xml"), pom());
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("slipway.maven.home"), "bin", "mvn").toString());
    line.addAll(List.of("-B", "-ntp", "-q"));
    line.add("-Dmaven.repo.local=" + System.getProperty("slipway.maven.repository"));
    if (System.getProperty("slipway.maven.offline").equals("offline=true")) {
      line.add("-o");
    }
    line.addAll(List.of("test", "exec:java"));

    Ended maven = run(project, line);

    assertThat(maven.exitCode()).as(maven.out()).isZero();
    assertThat(maven.out())
        .contains("main gets Answer[number=42, to=main]")
        // The one jar that names all others in its manifest.
        .containsPattern("started with \\S*surefire\\S*\\.jar\\s")
        .doesNotContain("thread(s) did not finish", "was interrupted but is still alive");
    assertThat(cluster.idOf("com.example.Anywhere")).isNotEmpty();
  }

  private static String pom() throws IOException {
    String example = Files.readString(ROOT.resolve("examples/tested-application/pom.xml"));
    // Not installed while this is tested.
    String system =
        """
            <dependency>
              <groupId>io.slipway</groupId>
              <artifactId>slipway-api-bundle</artifactId>
              <version>${slipway.version}</version>
              <scope>system</scope>
              <systemPath>%s</systemPath>
            </dependency>
        """
            .formatted(BUNDLE);
    int first = example.indexOf("    <dependency>");
    int junit = example.lastIndexOf("    <dependency>");
    int plugins = example.lastIndexOf("    </plugins>");
    return example.substring(0, first)
        + system
        + example.substring(junit, plugins)
        + """
            <plugin>
              <groupId>org.codehaus.mojo</groupId>
              <artifactId>exec-maven-plugin</artifactId>
              <version>%s</version>
              <configuration>
                <mainClass>com.example.Anywhere</mainClass>
                <arguments>main</arguments>
                <classpathScope>compile</classpathScope>
              </configuration>
            </plugin>
        """
            .formatted(execVersion())
        + example.substring(plugins);
  }

  private static String execVersion() throws IOException {
    String pom = Files.readString(ROOT.resolve("examples/submit-client/pom.xml"));
    return pom.replaceAll(
        "(?s).*exec-maven-plugin</artifactId>\\s*<version>(.*?)</version>.*", "$1");
  }

  @Test
  void example_submitClient_followsWhatItSubmitsAndEndsWithItsOutcome() throws Exception {
    Path project = ROOT.resolve("examples/submit-client");
    assertThat(Files.readString(project.resolve("pom.xml")).split("<dependency>", -1)).hasSize(2);
    Path classes = compile("example", project.resolve("src/main/java"), List.of(BUNDLE));

    Ended ended =
        java(
            directory,
            List.of(BUNDLE, classes),
            List.of(
                cluster.address(),
                "io.slipway.examples.MonteCarloPi",
                cluster.examples(),
                "1000000",
                "4"),
            "com.example.submit.SubmitAndFollow");

    assertThat(ended.exitCode()).as(ended.out()).isZero();
    assertThat(ended.out())
        .contains("submitted app-", "state RUNNING", "state SUCCEEDED", "driver: pi is about 3.1");

    Ended failed =
        java(
            directory,
            List.of(BUNDLE, classes),
            List.of(cluster.address(), "io.slipway.examples.MonteCarloPi", cluster.examples(), "0"),
            "com.example.submit.SubmitAndFollow");
    assertThat(failed.out()).contains("state FAILED");
    assertThat(failed.exitCode()).isEqualTo(2);
  }

  @Test
  void document_itsBlocks_areOneProgramThatWorks() throws Exception {
    Path work = Files.createDirectories(directory.resolve("document"));
    write(
        work.resolve("application/com/example/Report.java"),
        """
        package com.example;
        import io.slipway.driver.SlipwaySession;
        public class Report {
          public static void main(String[] args) throws Exception {
            try (SlipwaySession session = SlipwaySession.open()) {
              java.util.Set<Long> executors = new java.util.HashSet<>();
              while (executors.size() < 2) {
                // One after the other may all go to the same.
                java.util.List<java.util.concurrent.Future<Long>> tasks = new java.util.ArrayList<>();
                for (int i = 0; i < 8; i++) {
                  tasks.add(session.executor().submit(() -> {
                    System.out.println("an executor writes");
                    return ProcessHandle.current().pid();
                  }));
                }
                for (java.util.concurrent.Future<Long> task : tasks) {
                  executors.add(task.get());
                }
              }
              System.out.println("report of " + args[0] + " in " + System.getenv("TZ"));
            }
          }
        }
        """);
    Path application = compile("application", work.resolve("application"), List.of(BUNDLE));
    Files.move(application, work.resolve("classes"));
    Files.writeString(work.resolve("rules.txt"), "rules");
    String document = Files.readString(ROOT.resolve("docs/submit-client.md"));
    List<String> blocks =
        JAVA_BLOCK.matcher(document).results().map((MatchResult block) -> block.group(1)).toList();
    assertThat(blocks).hasSizeGreaterThan(5);
    write(
        work.resolve("src/Program.java"),
        """
        import io.slipway.client.*;
        import io.slipway.model.*;
        import java.nio.file.Path;
        import java.time.Duration;
        import java.util.*;
        import java.util.concurrent.*;
        import java.util.stream.*;
        public class Program {
          public static void main(String[] args) throws Exception {
        """
            + String.join("", blocks).replace("127.0.0.1:7077", cluster.address())
            + "  }\n}\n");
    Path classes = compile("program", work.resolve("src"), List.of(BUNDLE));

    Ended ended = java(work, List.of(BUNDLE, classes), List.of(), "Program");

    assertThat(ended.exitCode()).as(ended.out()).isZero();
    assertThat(ended.out())
        .contains(
            "state SUCCEEDED",
            "driver: report of 2026-11-22 in UTC",
            "executor: an executor writes",
            "sleeper KILLED",
            "UNKNOWN_ID");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Path compile(String name, Path sources, List<Path> classPath) throws IOException {
    Path classes = Files.createDirectories(directory.resolve(name + "-classes"));
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-Xlint:all", "-Werror", "--release", "17"));
    arguments.addAll(List.of("-cp", joined(classPath), "-d", classes.toString()));
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    String[] line = arguments.toArray(String[]::new);
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, messages, messages, line))
        .as(messages.toString(UTF_8))
        .isZero();
    return classes;
  }

  private static String joined(List<Path> classPath) {
    return classPath.stream().map(Path::toString).collect(joining(File.pathSeparator));
  }

  private record Ended(int exitCode, String out) {}

  private static Ended java(
      Path work, List<Path> classPath, List<String> arguments, String mainClass) throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-cp", joined(classPath), mainClass));
    line.addAll(arguments);
    return run(work, line);
  }

  /** With the cluster in its environment. */
  private static Ended run(Path work, List<String> line) throws Exception {
    Path output = Files.createTempFile(directory, "run-", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("SLIPWAY_"));
    builder.environment().put("SLIPWAY_MASTERS", cluster.address());
    builder.environment().put("SLIPWAY_TOKEN_DIR", cluster.tokens().toString());
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(2 * TestCluster.LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(ended).as(Files.readString(output)).isTrue();
      return new Ended(process.exitValue(), Files.readString(output));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
