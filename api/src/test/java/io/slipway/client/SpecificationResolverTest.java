package io.slipway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.executor.ExecutorMain;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecificationResolverTest {
  @TempDir private Path directory;

  private ApplicationSpec resolve(SpecificationBuilder builder) throws IOException {
    return submission(builder).spec();
  }

  private Submission submission(SpecificationBuilder builder) throws IOException {
    Path bundle = jar("bundle.jar", Optional.empty(), ApiBundle.MARKER);
    return new SpecificationResolver(Optional.of(bundle), directory).resolve(builder.build());
  }

  private Path jar(String name, Optional<String> mainClass, String... entries) throws IOException {
    Path jar = directory.resolve(name);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    mainClass.ifPresent(main -> manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main));
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.closeEntry();
      }
    }
    return jar;
  }

  private Path application() throws IOException {
    return jar("app.jar", Optional.of("com.example.Main"), "com/example/Main.class");
  }

  @Test
  void jvm_jarAndClassDirectory_areDriverAndExecutorsOfOneClassPath() throws Exception {
    Path classes = Files.createDirectory(directory.resolve("classes"));
    Files.writeString(classes.resolve("rules.txt"), "rules");

    Submission submission =
        submission(
            Specification.jvm(application())
                .classPathEntry(classes)
                .arguments("x", "--y")
                .jvmOption("-Dboth=1")
                .executors(
                    ExecutorSpecification.builder().count(3).jvmOption("-Dexecutor=1").build()));

    LaunchTemplate driver = submission.spec().driver().orElseThrow();
    CommandTemplate.Jvm jvm = (CommandTemplate.Jvm) driver.command();
    assertThat(jvm.mainClass()).isEqualTo("com.example.Main");
    assertThat(jvm.arguments()).containsExactly("x", "--y");
    assertThat(jvm.jvmOptions()).containsExactly("-Dboth=1");
    assertThat(jvm.classPath()).extracting(each -> each.name()).startsWith("bundle.jar", "app.jar");
    assertThat(jvm.classPath()).hasSize(3);
    assertThat(submission.artifacts()).hasSize(3);
    assertThat(submission.spec().name()).isEqualTo("Main");
    assertThat(submission.spec().deployMode()).isEqualTo(DeployMode.CLUSTER);
    ExecutorProfile profile = submission.spec().profiles().get(0);
    assertThat(profile.target()).isEqualTo(ExecutorTarget.of(3));
    assertThat(profile.minimum()).isEqualTo(1);
    CommandTemplate.Jvm executor = (CommandTemplate.Jvm) profile.template().command();
    assertThat(executor.mainClass()).isEqualTo(ExecutorMain.class.getName());
    assertThat(executor.classPath()).isEqualTo(jvm.classPath());
    assertThat(executor.jvmOptions()).containsExactly("-Dboth=1", "-Dexecutor=1");
  }

  @Test
  void jvm_noExecutorsGiven_leavesTheirNumberToTheDriver() throws Exception {
    ApplicationSpec spec = resolve(Specification.jvm(application()));

    assertThat(spec.profiles()).hasSize(1);
    assertThat(spec.profiles().get(0).target()).isEqualTo(ExecutorTarget.of(0));
    assertThat(spec.profiles().get(0).minimum()).isZero();
  }

  @Test
  void everything_thatIsSaid_isInTheSpec() throws Exception {
    Path file = Files.writeString(directory.resolve("rules.txt"), "rules");

    Submission submission =
        submission(
            Specification.command("sh", "driver.sh", "a b")
                .name("nightly")
                .environment("TZ", "UTC")
                .secretEnvironment("PASSWORD", "secret")
                .file(file)
                .driverCores(2)
                .driverMemory("512m")
                .executors(
                    ExecutorSpecification.builder()
                        .profile("wide")
                        .count(4)
                        .minimum(2)
                        .cores(3)
                        .allCores()
                        .memory("2g")
                        .command("sh", "work.sh")
                        .launcher("docker", Map.of("image", "b"))
                        .build())
                .maxCores(12)
                .launcher("process", Map.of("image", "a", "other", "1"))
                .user("nobody")
                .maxAttempts(3)
                .priority(7)
                .lostAfter(Duration.ofMinutes(5))
                .timeLimit(Duration.ofHours(2))
                .requestId("report-1"));

    assertThat(submission.requestId()).isEqualTo("report-1");
    ApplicationSpec spec = submission.spec();
    assertThat(spec.name()).isEqualTo("nightly");
    assertThat(spec.maxCores()).hasValue(12);
    assertThat(spec.maxAttempts()).isEqualTo(3);
    assertThat(spec.priority()).isEqualTo(7);
    assertThat(spec.lostAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(spec.timeLimit()).contains(Duration.ofHours(2));
    LaunchTemplate driver = spec.driver().orElseThrow();
    assertThat(driver.command())
        .isEqualTo(new CommandTemplate.Program(List.of("sh", "driver.sh", "a b")));
    assertThat(driver.environment()).containsExactly(Map.entry("TZ", "UTC"));
    assertThat(driver.secretEnvironment()).containsExactly(Map.entry("PASSWORD", "secret"));
    assertThat(driver.files()).extracting(each -> each.name()).containsExactly("rules.txt");
    assertThat(driver.resources()).isEqualTo(new Resources(2, 512L << 20));
    assertThat(driver.user()).contains("nobody");
    assertThat(driver.launcher()).contains("process");
    assertThat(driver.launcherOptions())
        .containsOnly(Map.entry("image", "a"), Map.entry("other", "1"));
    ExecutorProfile executors = spec.profiles().get(0);
    assertThat(executors.name()).isEqualTo("wide");
    assertThat(executors.allCores()).isTrue();
    assertThat(executors.minimum()).isEqualTo(2);
    assertThat(executors.template().resources()).isEqualTo(new Resources(3, 2L << 30));
    assertThat(executors.template().command())
        .isEqualTo(new CommandTemplate.Program(List.of("sh", "work.sh")));
    assertThat(executors.template().launcher()).contains("docker");
    assertThat(executors.template().launcherOptions())
        .containsOnly(Map.entry("image", "b"), Map.entry("other", "1"));
    assertThat(executors.template().files()).isEqualTo(driver.files());
  }

  @Test
  void jvm_filesAreWrong_failsNamingThem() throws Exception {
    Path text = Files.writeString(directory.resolve("text.jar"), "no zip");
    Path nameless = jar("nameless.jar", Optional.empty(), "A.class");
    Path missing = directory.resolve("missing.jar");

    assertThatThrownBy(() -> resolve(Specification.jvm(missing)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing.jar");
    assertThatThrownBy(() -> resolve(Specification.jvm(text)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("text.jar");
    assertThatThrownBy(() -> resolve(Specification.jvm(nameless)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("nameless.jar names no Main-Class");
    assertThatThrownBy(() -> resolve(Specification.jvm("com.example.Mian", List.of(nameless))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'com.example.Mian'");
    assertThatThrownBy(() -> resolve(Specification.command("true").file(missing)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing.jar");
  }

  @Test
  void files_ofOneName_areRefusedNamingBoth() throws Exception {
    Path one = Files.createFile(Files.createDirectory(directory.resolve("one")).resolve("x"));
    Path two = Files.createFile(Files.createDirectory(directory.resolve("two")).resolve("x"));

    assertThatThrownBy(() -> resolve(Specification.command("true").file(one).file(two)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(one.toString())
        .hasMessageContaining(two.toString());
  }

  @Test
  void memory_thatIsTooLittleForAJvm_isRefused() {
    assertThatThrownBy(() -> resolve(Specification.jvm(application()).driverMemory("100m")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("driver")
        .hasMessageContaining("100m");
  }

  @Test
  void build_contradiction_isRefusedNamingTheValue() {
    assertRefused(
        "minimum of 3 executors",
        () -> ExecutorSpecification.builder().count(2).minimum(3).build());
    assertRefused("at least one core", () -> ExecutorSpecification.builder().cores(0).build());
    assertRefused("-1", () -> ExecutorSpecification.of(-1));
    assertRefused("what an executor", () -> Specification.command("x").executors(2).build());
    assertRefused(
        "at most 1 cores",
        () ->
            Specification.jvm(Path.of("a.jar"))
                .executors(ExecutorSpecification.builder().cores(2).build())
                .maxCores(1)
                .build());
    assertRefused(
        "'default'", () -> Specification.jvm(Path.of("a.jar")).executors(1).executors(2).build());
    assertRefused("'a b'", () -> Specification.command("x").requestId("a b").build());
    assertRefused("-Dx", () -> Specification.command("x").jvmOption("-Dx=1").build());
    assertRefused("no command", () -> Specification.command().build());
    assertRefused("words of the command", () -> Specification.command("x").arguments("y"));
    assertRefused("no class path", () -> Specification.jvm("Main", List.of()).build());
  }

  private static void assertRefused(String words, Runnable build) {
    assertThatThrownBy(build::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }
}
