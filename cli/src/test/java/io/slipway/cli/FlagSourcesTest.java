package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

class FlagSourcesTest {
  @TempDir Path home;

  private final Map<String, String> environment = new HashMap<>();
  private Configuration configuration;
  private FlagSources sources;

  @BeforeEach
  void create() {
    configuration = new Configuration(environment::get, home);
    sources = new FlagSources(configuration);
  }

  @Test
  void apply_flagOverSpecOverEnvironmentOverFile() throws IOException {
    configure("submit.executors = 1", "submit.name = file", "submit.driver-cores = 2");
    environment.put("SLIPWAY_SUBMIT_EXECUTORS", "2");
    environment.put("SLIPWAY_SUBMIT_NAME", "environment");
    SpecFile spec = spec("executors: 3");

    assertThat(value("--executors", apply(spec, "submit", "--executors", "4"))).isEqualTo(4);
    assertThat(value("--executors", apply(spec, "submit"))).isEqualTo(3);
    assertThat(value("--executors", apply(null, "submit"))).isEqualTo(2);
    assertThat(value("--name", apply(null, "submit"))).isEqualTo("environment");
    assertThat(value("--driver-cores", apply(null, "submit"))).isEqualTo(2);
    assertThat(value("--executor-cores", apply(null, "submit"))).isEqualTo(1);
  }

  @Test
  void apply_assignments_areMergedByName() throws IOException {
    configure("submit.env = A=file", "submit.env = B=file", "submit.env = C=file");
    SpecFile spec = spec("env: {B: spec, C: spec}");

    assertThat(value("--env", apply(spec, "submit", "--env", "C=flag")))
        .isEqualTo(
            List.of(
                new Assignment("A", "file"),
                new Assignment("B", "spec"),
                new Assignment("C", "flag")));
  }

  @Test
  void apply_otherLists_areReplaced() throws IOException {
    configure("submit.java-option = -Da", "submit.java-option = -Db,c");

    assertThat(value("--java-option", apply(null, "submit"))).isEqualTo(List.of("-Da", "-Db,c"));
    assertThat(value("--java-option", apply(null, "submit", "--java-option", "-Dd")))
        .isEqualTo(List.of("-Dd"));
  }

  @Test
  void apply_listInEnvironment_isOneValueALine() {
    environment.put("SLIPWAY_WORKER_LABEL", "disk=ssd\nzone=a\n");

    assertThat(value("--label", apply(null, "worker")))
        .isEqualTo(List.of(new Assignment("disk", "ssd"), new Assignment("zone", "a")));
  }

  @Test
  void apply_switch_isTrueOrFalse() throws IOException {
    configure("worker.insecure = true");

    assertThat(value("--insecure", apply(null, "worker"))).isEqualTo(true);
  }

  @Test
  void apply_pathsOfASpec_areRelativeToIt() throws IOException {
    assertThat(value("--file", apply(spec("file: rules.txt"), "submit")))
        .isEqualTo(List.of(home.resolve("rules.txt")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "worker.memory = 8 | :1: memory: not a size: '8'",
        "worker.cores = 0 | :1: cores: 0 is not between 1 and",
        "worker.coers = 4 | :1: unknown key 'worker.coers' (did you mean 'worker.cores'?)",
        "worker.insecure = yes | :1: insecure: 'yes' is neither true nor false",
        "submit.lost-after = 60 | :1: lost-after: not a span of time: '60'",
        "submit.output = xml | :1: output: 'xml' is none of [text, json]",
        "submit.deploy-mode = both | :1: deploy-mode: 'both' is neither client nor cluster",
        "submit.help = true | :1: unknown key 'submit.help'",
        "worker.cores = 4~worker.cores = 8 | :2: 'worker.cores' is set at",
        "master.listen = | :1: no value for 'master.listen'",
      })
  void apply_whatIsWrongInTheFile_isToldWithItsLine(String text, String words) throws IOException {
    configure(text.split("~"));

    // Whatever command reads the file: a mistake in it should not wait for its day.
    assertThatThrownBy(() -> configuration.find(Configuration.Key.MASTER))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining(configuration.file() + words);
  }

  @Test
  void apply_wrongValueInEnvironment_namesTheVariable() {
    environment.put("SLIPWAY_WORKER_MEMORY", "8");

    assertThatThrownBy(() -> apply(null, "worker"))
        .hasMessageContaining("environment variable SLIPWAY_WORKER_MEMORY: memory: not a size");
  }

  @Test
  void apply_unknownKeyOfASpec_isRefusedWithItsLine() throws IOException {
    SpecFile spec = spec("name: x", "exectors: 3");

    assertThatThrownBy(() -> apply(spec, "submit"))
        .hasMessageContaining("spec.yaml:2: unknown key 'exectors' (did you mean 'executors'?)");
  }

  @Test
  void explain_contradiction_namesThePlaces() throws IOException {
    configure("submit.executors = 2", "submit.min-executors = 3");
    apply(null, "submit");

    assertThat(sources.explain("--min-executors 3 is more than --executors 2"))
        .contains("--executors is set at " + configuration.file() + ":1")
        .contains("--min-executors is set at " + configuration.file() + ":2");
  }

  @Test
  void key_ofEveryFlag_isThere() {
    for (String command : FlagKey.COMMANDS) {
      CommandSpec described = SlipwayMain.specification(command);
      List<String> words =
          FlagKey.of(described).stream().map(key -> FlagValues.word(key.flag())).toList();

      described.options().stream()
          .filter(flag -> !flag.hidden() && !flag.usageHelp())
          .map(FlagValues::word)
          .filter(word -> !List.of("spec", "dry-run").contains(word))
          .forEach(word -> assertThat(words).contains(word));
    }
  }

  private ParseResult apply(SpecFile spec, String command, String... flags) {
    ParseResult parsed = SlipwayMain.parse(command, List.of(flags));
    sources.apply(parsed, Optional.ofNullable(spec));
    return parsed;
  }

  private static Object value(String flag, ParseResult parsed) {
    return parsed.commandSpec().findOption(flag).getValue();
  }

  private SpecFile spec(String... lines) throws IOException {
    return SpecFile.read(
        Files.writeString(home.resolve("spec.yaml"), String.join("\n", lines) + "\n"));
  }

  private void configure(String... lines) throws IOException {
    Files.createDirectories(configuration.file().getParent());
    Files.writeString(configuration.file(), String.join("\n", lines) + "\n");
  }
}
