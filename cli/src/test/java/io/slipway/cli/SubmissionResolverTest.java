package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.client.Submission;
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
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SubmissionResolverTest {
  @TempDir Path directory;

  @Test
  void resolve_jar_becomesDriverAndExecutorsOfOneClassPath() throws IOException {
    Path jar = application();

    Submission resolved = resolve(List.of(jar.toString(), "x", "--y"), "--executors", "3");

    LaunchTemplate driver = resolved.spec().driver().orElseThrow();
    CommandTemplate.Jvm jvm = (CommandTemplate.Jvm) driver.command();
    assertThat(jvm.mainClass()).isEqualTo("com.example.Main");
    assertThat(jvm.arguments()).containsExactly("x", "--y");
    assertThat(resolved.spec().name()).isEqualTo("Main");
    assertThat(resolved.spec().deployMode()).isEqualTo(DeployMode.CLIENT);
    ExecutorProfile profile = resolved.spec().profiles().get(0);
    assertThat(profile.target()).isEqualTo(ExecutorTarget.of(3));
    assertThat(profile.minimum()).isEqualTo(1);
    CommandTemplate.Jvm executor = (CommandTemplate.Jvm) profile.template().command();
    assertThat(executor.mainClass()).isEqualTo("io.slipway.executor.ExecutorMain");
    assertThat(executor.classPath()).isEqualTo(jvm.classPath());
    assertThat(resolved.artifacts()).hasSize(1);
  }

  @Test
  void resolve_bothModes_haveTheSameDriver() throws IOException {
    List<String> program = List.of(application().toString(), "x");

    LaunchTemplate client = resolve(program).spec().driver().orElseThrow();
    LaunchTemplate cluster =
        resolve(program, "--deploy-mode", "cluster").spec().driver().orElseThrow();

    assertThat(client).isEqualTo(cluster);
  }

  @Test
  void resolve_launcherOptions_ofOneSideWin() throws IOException {
    Submission resolved =
        resolve(
            List.of(application().toString()),
            "--deploy-mode=cluster",
            "--launcher-option=image=a",
            "--executor-launcher-option=image=b",
            "--launcher=docker",
            "--driver-launcher=process");

    LaunchTemplate driver = resolved.spec().driver().orElseThrow();
    LaunchTemplate executor = resolved.spec().profiles().get(0).template();
    assertThat(driver.launcher()).contains("process");
    assertThat(driver.launcherOptions()).containsEntry("image", "a");
    assertThat(executor.launcher()).contains("docker");
    assertThat(executor.launcherOptions()).containsEntry("image", "b");
  }

  @Test
  void resolve_command_keepsItsWords() {
    SubmitOptions options = options("--executor-command", "sh work.sh 'a b'", "--executors", "2");

    Submission resolved =
        new SubmissionResolver(options, directory).resolve(List.of("sleep", "60"), true);

    assertThat(resolved.spec().driver().orElseThrow().command())
        .isEqualTo(new CommandTemplate.Program(List.of("sleep", "60")));
    assertThat(resolved.spec().profiles().get(0).template().command())
        .isEqualTo(new CommandTemplate.Program(List.of("sh", "work.sh", "a b")));
    assertThat(resolved.spec().profiles().get(0).template().resources())
        .isEqualTo(new Resources(1, 1L << 30));
  }

  @Test
  void resolve_timeLimit_isInTheSpecificationAndInItsJson() throws IOException {
    List<String> program = List.of(application().toString());

    Submission limited = resolve(program, "--time-limit=90m");

    assertThat(limited.spec().timeLimit()).contains(Duration.ofMinutes(90));
    assertThat(SpecJson.specification(limited.spec()).get("timeLimit").getAsString())
        .isEqualTo("90m");
    assertThat(resolve(program).spec().timeLimit()).isEmpty();
    assertThatThrownBy(() -> resolve(program, "--time-limit=0s"))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("span of time '0s' is zero");
  }

  private Submission resolve(List<String> program, String... flags) {
    return new SubmissionResolver(options(flags), directory).resolve(program, false);
  }

  private static SubmitOptions options(String... flags) {
    @Command
    class Holder {
      @CommandLine.Mixin SubmitOptions options;
    }
    Holder holder = new Holder();
    new CommandLine(holder).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(flags);
    return holder.options;
  }

  /** A jar that brings the api itself, so that no bundle is looked for. */
  private Path application() throws IOException {
    Path jar = directory.resolve("app.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "com.example.Main");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new ZipEntry("com/example/Main.class"));
      out.closeEntry();
      out.putNextEntry(new ZipEntry("META-INF/slipway/api.properties"));
      out.closeEntry();
    }
    return jar;
  }
}
