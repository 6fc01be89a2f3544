package io.slipway.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.model.ApplicationId;
import io.slipway.model.ArtifactRef;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LaunchBinderTest {
  private static final ApplicationId APPLICATION = ApplicationId.of("20261122", 7);
  private static final ArtifactRef JAR = new ArtifactRef("a.jar", Digest.of(new byte[] {1}), 1);

  @Test
  void bind_executor_hasExactlyTheDocumentedEnvironment() {
    LaunchTemplate template =
        template(new CommandTemplate.Program(List.of("run")), 512 * ByteSize.MIB);

    LaunchSpec spec = LaunchBinder.bind(template, context(APPLICATION.executor(3)));

    assertThat(spec.environment())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("PATH", LaunchBinder.DEFAULT_PATH),
                Map.entry("HOME", "/w/work"),
                Map.entry("TMPDIR", "/tmp"),
                Map.entry("LANG", "C.UTF-8"),
                Map.entry("USER", "someone"),
                Map.entry("MINE", "x"),
                Map.entry("SLIPWAY_MASTERS", "m:7077"),
                Map.entry("SLIPWAY_APPLICATION_ID", "app-20261122-0007"),
                Map.entry("SLIPWAY_ATTEMPT", "2"),
                Map.entry("SLIPWAY_EXECUTION_ID", "app-20261122-0007-e3"),
                Map.entry("SLIPWAY_TOKEN", "secret"),
                Map.entry("SLIPWAY_DEPLOY_MODE", "cluster"),
                Map.entry("SLIPWAY_CORES", "4"),
                Map.entry("SLIPWAY_MEMORY", "536870912"),
                Map.entry("SLIPWAY_PORTS", "web=h:81"),
                Map.entry("SLIPWAY_LISTEN", "h:0"),
                Map.entry("SLIPWAY_ADVERTISE", "h:0"),
                Map.entry("SLIPWAY_INSECURE", "false"),
                Map.entry("SLIPWAY_EXECUTOR_NUMBER", "3"),
                Map.entry("SLIPWAY_PROFILE", "default"),
                Map.entry("SLIPWAY_DRIVER", "d:5")));
  }

  @Test
  void bind_driver_hasNoVariableOfExecutors() {
    LaunchTemplate template =
        template(new CommandTemplate.Program(List.of("run")), 512 * ByteSize.MIB);

    LaunchSpec spec = LaunchBinder.bind(template, context(APPLICATION.driver(2)));

    assertThat(spec.environment())
        .doesNotContainKeys("SLIPWAY_EXECUTOR_NUMBER", "SLIPWAY_PROFILE", "SLIPWAY_DRIVER");
  }

  @Test
  void bind_placeholders_areFilledAndOthersLeftAlone() {
    LaunchTemplate template =
        template(
            new CommandTemplate.Program(
                List.of(
                    "run",
                    "--id={{SLIPWAY_EXECUTOR_NUMBER}} {{SLIPWAY_DRIVER}}",
                    "{{OTHER}}",
                    "{{SLIPWAY_TOKEN}}")),
            ByteSize.MIB);

    LaunchSpec spec = LaunchBinder.bind(template, context(APPLICATION.executor(3)));

    assertThat(spec.command())
        .isEqualTo(
            new Command.Program(List.of("run", "--id=3 d:5", "{{OTHER}}", "{{SLIPWAY_TOKEN}}")));
  }

  @Test
  void withVariables_otherAddress_isInEnvironmentAndPlaceholders() {
    LaunchSpec program =
        LaunchBinder.bind(
            template(
                new CommandTemplate.Program(
                    List.of("run", "{{SLIPWAY_LISTEN}}", "{{SLIPWAY_EXECUTOR_NUMBER}}")),
                ByteSize.MIB),
            context(APPLICATION.executor(3)));
    LaunchSpec jvm =
        LaunchBinder.bind(
            jvm(ByteSize.GIB, "-Dlisten={{SLIPWAY_LISTEN}}"), context(APPLICATION.executor(3)));
    Map<String, String> variables = Map.of("SLIPWAY_LISTEN", "0.0.0.0:4711");

    LaunchSpec changed = program.withVariables(variables).withVariables(Map.of());

    assertThat(changed.command())
        .isEqualTo(new Command.Program(List.of("run", "0.0.0.0:4711", "3")));
    assertThat(changed.environment()).containsAllEntriesOf(variables).containsEntry("MINE", "x");
    assertThat(((Command.Jvm) jvm.withVariables(variables).command()).options())
        .containsExactly("-Xmx768m", "-Dlisten=0.0.0.0:4711");
  }

  @Test
  void check_tokenOnACommandLine_refused() {
    LaunchTemplate template =
        template(new CommandTemplate.Program(List.of("run", "{{SLIPWAY_TOKEN}}")), ByteSize.MIB);

    assertThatThrownBy(() -> LaunchBinder.check(template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{{SLIPWAY_TOKEN}}");
  }

  @Test
  void bind_jvm_getsAHeapOfItsMemoryLessWhatTheJvmNeeds() {
    LaunchSpec small = LaunchBinder.bind(jvm(ByteSize.GIB), context(APPLICATION.driver(1)));
    LaunchSpec large = LaunchBinder.bind(jvm(8 * ByteSize.GIB), context(APPLICATION.driver(1)));

    assertThat(((Command.Jvm) small.command()).options()).containsExactly("-Xmx768m");
    assertThat(((Command.Jvm) large.command()).options()).containsExactly("-Xmx6144m");
  }

  @Test
  void bind_jvmOptionThatSetsTheHeap_isLeftAlone() {
    LaunchSpec spec =
        LaunchBinder.bind(jvm(ByteSize.GIB, "-Xmx100m"), context(APPLICATION.driver(1)));

    assertThat(((Command.Jvm) spec.command()).options()).containsExactly("-Xmx100m");
  }

  @Test
  void bind_jvm_mountsItsClassPathReadOnly() {
    LaunchSpec spec = LaunchBinder.bind(jvm(ByteSize.GIB), context(APPLICATION.driver(1)));

    assertThat(((Command.Jvm) spec.command()).classPath()).containsExactly(Path.of("/cache/a.jar"));
    assertThat(spec.mounts()).containsExactly(new Mount(Path.of("/cache/a.jar"), true));
  }

  @Test
  void check_jvmWithTooLittleMemory_namesTheAmount() {
    assertThatThrownBy(() -> LaunchBinder.check(jvm(319 * ByteSize.MIB)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("319m")
        .hasMessageContaining("320m");
  }

  private static LaunchTemplate jvm(long memory, String... options) {
    return template(
        new CommandTemplate.Jvm("Main", List.of(JAR), List.of(options), List.of()), memory);
  }

  private static LaunchTemplate template(CommandTemplate command, long memory) {
    LaunchTemplate plain = LaunchTemplate.of(command, new Resources(1, memory));
    return new LaunchTemplate(
        plain.command(),
        new TreeMap<>(Map.of("MINE", "x")),
        plain.secretEnvironment(),
        plain.files(),
        plain.resources(),
        plain.user(),
        plain.ports(),
        plain.launcher(),
        plain.launcherOptions(),
        plain.grace());
  }

  private static LaunchContext context(ExecutionId id) {
    return new LaunchContext(
        id,
        DeployMode.CLUSTER,
        2,
        List.of(HostPort.parse("m:7077")),
        "secret",
        Optional.of("default"),
        Optional.of(HostPort.parse("d:5")),
        4,
        HostPort.parse("h:0"),
        HostPort.parse("h:0"),
        false,
        new TreeMap<>(Map.of("web", HostPort.parse("h:81"))),
        "someone",
        Path.of("/w/work"),
        artifact -> Path.of("/cache", artifact.name()),
        log("stdout"),
        log("stderr"));
  }

  private static LogTarget log(String name) {
    return new LogTarget(Path.of("/w/logs", name), 1000, 2);
  }
}
