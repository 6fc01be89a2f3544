package io.slipway.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.slipway.launcher.LauncherProvider;
import io.slipway.model.WorkerId;
import io.slipway.worker.FakeMachine;
import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Launchers in jars of all kinds, beside a good one. */
class LauncherJarsTest {
  private static final String USUAL_CREATE = "throw new LaunchException(\"no engine here\");";

  @TempDir Path directory;
  private final FakeMachine machine = new FakeMachine();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final List<URL> jars = new ArrayList<>();

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(InstalledLaunchers.class);
  }

  @BeforeEach
  void listen() {
    log.start();
    logger().setLevel(Level.ERROR);
    logger().addAppender(log);
  }

  @AfterEach
  void stopListening() {
    logger().detachAppender(log);
    logger().setLevel(null);
  }

  /** The messages that name something. */
  private List<String> said(String about) {
    return log.list.stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(message -> message.contains(about))
        .toList();
  }

  private void compile(Path into, String classPath, String name, String source) throws Exception {
    Path file = Files.createDirectories(directory.resolve("src")).resolve(name + ".java");
    Files.writeString(file, source);
    Files.createDirectories(into);
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-proc:none",
                "-d",
                into.toString(),
                "-cp",
                classPath,
                file.toString());
    assertThat(result).as(messages.toString(StandardCharsets.UTF_8)).isZero();
  }

  /** Drops a jar with one provider, compiled against a class path. */
  private void drop(String type, String name, String classPath, String members) throws Exception {
    Path classes = directory.resolve(type);
    compile(
        classes,
        classPath,
        type,
        "package acme;\nimport io.slipway.launcher.*;\npublic class "
            + type
            + " implements LauncherProvider {\n  public String name() { return \""
            + name
            + "\"; }\n"
            + members
            + "\n}\n");
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve(LauncherProvider.class.getName()), "acme." + type + "\n");
    Path jar = directory.resolve(type + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    jars.add(jar.toUri().toURL());
  }

  private static String create(String body) {
    return "  public Launcher create(LauncherSettings settings) throws LaunchException { "
        + body
        + " }";
  }

  /** A class path on which the interface is of a version that this worker does not know. */
  private String newerInterface() throws Exception {
    Path newer = directory.resolve("newer");
    compile(
        newer,
        classPath(),
        "LauncherProvider",
        "package io.slipway.launcher;\npublic interface LauncherProvider {\n"
            + "  int SPI_VERSION = 7;\n"
            + "  default int spiVersion() { return 1; }\n"
            + "  String name();\n"
            + "  Launcher create(LauncherSettings settings) throws LaunchException;\n"
            + "  static void prepare(LauncherSettings settings) {}\n"
            + "}\n");
    return newer + ":" + classPath();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private InstalledLaunchers load() throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(jars.toArray(URL[]::new), getClass().getClassLoader())) {
      List<LauncherProvider> providers = new ArrayList<>();
      providers.add(machine.provider("good"));
      InstalledLaunchers.discover(loader).stream()
          .filter(provider -> provider.getClass().getName().startsWith("acme."))
          .forEach(providers::add);
      return InstalledLaunchers.create(
          providers,
          new WorkerId("w-1"),
          directory,
          directory.resolve("executions"),
          Collections.emptySortedMap(),
          "good");
    }
  }

  @Test
  void jar_ofANewerInterface_isLeftOutSayingWhichVersionItNeeds() throws Exception {
    drop(
        "Newer",
        "newer",
        newerInterface(),
        "  public int spiVersion() { return SPI_VERSION; }\n" + create(USUAL_CREATE));

    try (InstalledLaunchers installed = load()) {
      assertThat(installed.notPromised()).containsOnlyKeys("good");
    }

    assertThat(said("acme.Newer"))
        .singleElement()
        .asString()
        .contains("Newer.jar", "version 7 of the launcher interface", "this worker has version 1");
  }

  @Test
  void jar_thatCallsWhatIsNotThere_isLeftOut() throws Exception {
    drop(
        "Calls",
        "calls",
        newerInterface(),
        create("LauncherProvider.prepare(settings); throw new LaunchException(\"\");"));

    try (InstalledLaunchers installed = load()) {
      assertThat(installed.notPromised()).containsOnlyKeys("good");
    }

    assertThat(said("acme.Calls"))
        .singleElement()
        .asString()
        .contains("Calls.jar", "made for another version", "prepare");
  }

  @Test
  void jar_withABrokenProvider_isLeftOut() throws Exception {
    drop(
        "Throws",
        "throws",
        classPath(),
        "  public Throws() { throw new IllegalStateException(\"in the constructor\"); }\n"
            + create(USUAL_CREATE));
    drop(
        "Nameless",
        "nameless",
        classPath(),
        "  static final Object MISSING = Class.class.cast(find());\n"
            + "  static Class<?> find() { throw new NoClassDefFoundError(\"acme/Gone\"); }\n"
            + create(USUAL_CREATE));
    drop("Unable", "unable", classPath(), create(USUAL_CREATE));
    try (InstalledLaunchers installed = load()) {
      assertThat(installed.notPromised()).containsOnlyKeys("good");
    }

    assertThat(said("acme.Throws")).singleElement().asString().contains("in the constructor");
    assertThat(said("acme.Nameless")).singleElement().asString().contains("acme/Gone");
    assertThat(said("acme.Unable")).singleElement().asString().contains("no engine here");
  }

  @Test
  void jar_thatIsHalfCopied_isNamedAndTheOthersAreUsed() throws Exception {
    drop("Unable", "unable", classPath(), create(USUAL_CREATE));
    Path whole = directory.resolve("Unable.jar");
    Path half = directory.resolve("half-copied.jar");
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(half, Arrays.copyOf(bytes, bytes.length / 2));
    jars.add(0, half.toUri().toURL());

    InstalledLaunchers.reportDamaged(List.of(half, whole));
    try (InstalledLaunchers installed = load()) {
      assertThat(installed.notPromised()).containsOnlyKeys("good");
    }

    assertThat(said("half-copied.jar"))
        .singleElement()
        .asString()
        .contains("not completely copied");
    assertThat(said("acme.Unable")).singleElement().asString().contains("no engine here");
  }

  @Test
  void jars_withLaunchersOfOneName_theFirstIsUsedAndBothAreNamed() throws Exception {
    drop("Second", "good", classPath(), create(USUAL_CREATE));

    try (InstalledLaunchers installed = load()) {
      assertThat(installed.find("good")).isPresent();
    }

    assertThat(said("two launchers of the name 'good'"))
        .singleElement()
        .asString()
        .contains("acme.Second", "Second.jar", "FakeMachine");
  }
}
