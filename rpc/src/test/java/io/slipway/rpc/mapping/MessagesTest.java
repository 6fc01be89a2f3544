package io.slipway.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.ApplicationSpec;
import io.slipway.model.ApplicationState;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.ExitStatus;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.StopKind;
import io.slipway.model.WorkerState;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written is read again as it was. */
class MessagesTest {
  @Property(tries = 200)
  void submission_writtenAndRead_isTheSame(@ForAll("submissions") ApplicationSpec spec)
      throws Exception {
    byte[] wire = SubmissionMessages.toProto(spec).toByteArray();

    var read =
        SubmissionMessages.toModel(
            io.slipway.proto.submission.v1.SubmissionSpec.parseFrom(wire), "spec");

    assertThat(read).isEqualTo(spec);
  }

  @Property(tries = 200)
  void template_writtenAndRead_keepsItsDigest(@ForAll("templates") LaunchTemplate template) {
    LaunchTemplate read = TemplateMessages.toModel(TemplateMessages.toProto(template), "template");

    assertThat(read).isEqualTo(template);
    assertThat(TemplateDigest.of(read)).isEqualTo(TemplateDigest.of(template));
  }

  @Property(tries = 200)
  void templateDigest_ofTwoTemplates_differsIfTheyDo(
      @ForAll("templates") LaunchTemplate one, @ForAll("templates") LaunchTemplate other) {
    boolean shownAlike =
        TemplateMessages.withoutSecrets(TemplateMessages.toProto(one))
            .equals(TemplateMessages.withoutSecrets(TemplateMessages.toProto(other)));

    assertThat(TemplateDigest.of(one).equals(TemplateDigest.of(other))).isEqualTo(shownAlike);
  }

  @Property(tries = 200)
  void ending_writtenAndRead_isTheSame(@ForAll("endings") Ending ending) {
    assertThat(TerminationMessages.toModel(TerminationMessages.toProto(ending), "termination"))
        .isEqualTo(ending);
  }

  @Property
  void states_writtenAndRead_areTheSame(
      @ForAll ExecutionState execution,
      @ForAll ApplicationState application,
      @ForAll WorkerState worker,
      @ForAll DeployMode mode) {
    assertThat(StateMessages.toModel(StateMessages.toProto(execution), "phase"))
        .isEqualTo(execution);
    assertThat(StateMessages.toModel(StateMessages.toProto(application))).contains(application);
    assertThat(StateMessages.toModel(StateMessages.toProto(worker))).contains(worker);
    assertThat(StateMessages.toModel(StateMessages.toProto(mode), "mode")).isEqualTo(mode);
    assertThat(StateMessages.deployMode(mode.word(), "deploy_mode")).isEqualTo(mode);
  }

  @Provide
  Arbitrary<ApplicationSpec> submissions() {
    return Combinators.combine(
            text().filter(name -> !name.isBlank()),
            templates(),
            profile().list().ofMaxSize(3).uniqueElements(ExecutorProfile::name),
            Arbitraries.integers().between(0, 500),
            Arbitraries.integers().between(1, 9),
            Arbitraries.integers(),
            Arbitraries.integers().between(1, 9_999))
        .as(
            (name, driver, profiles, maxCores, attempts, priority, seconds) ->
                new ApplicationSpec(
                    name,
                    seconds % 2 == 0 ? DeployMode.CLIENT : DeployMode.CLUSTER,
                    seconds % 4 == 0 ? Optional.empty() : Optional.of(driver),
                    profiles,
                    maxCores == 0 ? OptionalInt.empty() : OptionalInt.of(maxCores),
                    attempts,
                    priority,
                    Duration.ofSeconds(seconds, seconds),
                    Duration.ofMillis(seconds),
                    seconds % 3 == 0
                        ? Optional.empty()
                        : Optional.of(Duration.ofMillis(1500L * seconds))));
  }

  private static Arbitrary<ExecutorProfile> profile() {
    Arbitrary<ExecutorTarget> targets =
        Arbitraries.oneOf(
            Arbitraries.integers().between(3, 900).map(ExecutorTarget::of),
            Arbitraries.just(ExecutorTarget.AS_MANY_AS_FIT));
    return Combinators.combine(
            Arbitraries.of("default", "small", "gpu-8", "large"),
            templateArbitrary(),
            Arbitraries.of(true, false),
            targets,
            Arbitraries.integers().between(0, 3))
        .as(ExecutorProfile::new);
  }

  @Provide
  Arbitrary<LaunchTemplate> templates() {
    return templateArbitrary();
  }

  private static Arbitrary<LaunchTemplate> templateArbitrary() {
    Arbitrary<CommandTemplate> commands =
        Arbitraries.oneOf(
            Combinators.combine(
                    Arbitraries.of("Main", "a.b.C$D"),
                    artifact().list().ofMaxSize(3),
                    text().list().ofMaxSize(3),
                    text().list().ofMaxSize(3))
                .as(CommandTemplate.Jvm::new),
            text()
                .filter(word -> !word.isEmpty())
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(CommandTemplate.Program::new));
    return Combinators.combine(
            commands,
            variables("A"),
            variables("S"),
            artifact().list().ofMaxSize(3).uniqueElements(ArtifactRef::name),
            resources(),
            Arbitraries.of("web", "rpc", "p-1").list().uniqueElements().ofMaxSize(3),
            Arbitraries.of("", "process", "docker"),
            Arbitraries.integers().between(0, 100_000))
        .as(
            (command, environment, secret, files, resources, ports, launcher, grace) ->
                new LaunchTemplate(
                    command,
                    environment,
                    secret,
                    files,
                    resources,
                    Optional.empty(),
                    ports,
                    Optional.of(launcher).filter(name -> !name.isEmpty()),
                    environment,
                    Duration.ofMillis(grace)));
  }

  private static Arbitrary<SortedMap<String, String>> variables(String prefix) {
    return Arbitraries.maps(Arbitraries.integers().between(0, 9).map(n -> prefix + n), text())
        .ofMaxSize(3)
        .map(TreeMap::new);
  }

  private static Arbitrary<Resources> resources() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 128),
            Arbitraries.longs().between(1, 1L << 40),
            Arbitraries.maps(Arbitraries.of("gpu", "fpga"), Arbitraries.longs().between(1, 9))
                .ofMaxSize(2))
        .as((cores, memory, custom) -> new Resources(cores, memory, new TreeMap<>(custom)));
  }

  private static Arbitrary<ArtifactRef> artifact() {
    return Combinators.combine(
            Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(9),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(4),
            Arbitraries.longs().between(0, 1L << 40))
        .as((name, bytes, size) -> new ArtifactRef(name, Digest.of(bytes), size));
  }

  @Provide
  Arbitrary<Ending> endings() {
    Arbitrary<ExitStatus> statuses =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 255).map(ExitStatus.Exited::new),
            Arbitraries.integers().between(1, 127).map(ExitStatus.Signalled::new),
            text().map(ExitStatus.NotStarted::new),
            text().map(ExitStatus.Lost::new));
    return Combinators.combine(
            statuses,
            Arbitraries.of(true, false),
            Arbitraries.of(StopKind.class).optional(),
            text())
        .as(Ending::new);
  }

  private static Arbitrary<String> text() {
    return Arbitraries.strings().withChars("abcXYZ 0189-_./='\"äß€").ofMaxLength(20);
  }
}
