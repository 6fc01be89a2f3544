package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.slipway.client.ApplicationDetails;
import io.slipway.client.ExecutionReport;
import io.slipway.client.WorkerReport;
import io.slipway.model.ApplicationId;
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
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The names in what programs read are those of {@code docs/json.md}, in their order. */
class JsonDocumentTest {
  private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\|.*");
  private static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

  @BeforeAll
  static void read() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "json.md"))) {
      Matcher row = ROW.matcher(line);
      if (line.startsWith("## ")) {
        names = new ArrayList<>();
        SECTIONS.put(line.substring(3), names);
      } else if (row.matches()) {
        names.add(row.group(1));
      }
    }
  }

  @Test
  void applicationDetailsAndExecution_areAsDocumented() {
    ExecutionReport execution =
        new ExecutionReport(
            new ApplicationId("app-20261122-0007").driver(1),
            ExecutionState.ENDED,
            Optional.empty(),
            "",
            "",
            new Resources(1, 1),
            Optional.of(Ending.exited(0)),
            "",
            "",
            "",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            new TreeMap<>(),
            "process");
    ApplicationDetails details =
        new ApplicationDetails(
            OutcomeTest.report(ApplicationState.SUCCEEDED, Optional.of(Ending.exited(0))),
            List.of(execution),
            Optional.empty());

    JsonObject json = Json.details(details, List.of());

    List<String> both = new ArrayList<>(SECTIONS.get("application"));
    both.addAll(SECTIONS.get("details"));
    assertThat(json.keySet()).containsExactlyElementsOf(both);
    assertThat(Json.application(details.application()).keySet())
        .containsExactlyElementsOf(SECTIONS.get("application"));
    JsonObject first = first(json.get("executions"));
    check("execution", first);
    check("ending", first.get("ending"));
    check("resources", first.get("resources"));
  }

  @Test
  void worker_isAsDocumented() {
    WorkerReport worker =
        new WorkerReport(
            new WorkerId("w1"),
            new HostPort("10.0.0.7", 7078),
            WorkerState.LIVE,
            new Resources(4, 1),
            Resources.NONE,
            new TreeMap<>(),
            List.of("process"),
            "process",
            "1",
            1,
            0,
            Optional.empty());

    check("worker", first(Json.workers(List.of(worker))));
  }

  @Test
  void specification_isAsDocumented() {
    ArtifactRef jar = new ArtifactRef("app.jar", new Digest("0".repeat(64)), 1);
    LaunchTemplate driver =
        LaunchTemplate.of(
            new CommandTemplate.Jvm("Main", List.of(jar), List.of(), List.of()),
            new Resources(1, 1L << 30));
    ApplicationSpec spec =
        new ApplicationSpec(
            "report",
            DeployMode.CLUSTER,
            Optional.of(driver),
            List.of(new ExecutorProfile("default", driver, false, ExecutorTarget.of(1), 0)),
            OptionalInt.empty(),
            1,
            0,
            ApplicationSpec.DEFAULT_LOST_AFTER,
            ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);

    JsonObject dryRun = SubmitCommand.dryRun(spec, FitCheck.of(spec, List.of()));

    check("dry run", dryRun);
    JsonObject specification = dryRun.getAsJsonObject("specification");
    check("specification", specification);
    check("profile", first(specification.get("executors")));
    JsonObject template = specification.getAsJsonObject("driver");
    check("template", template);
    JsonObject command = template.getAsJsonObject("command");
    assertThat(command.keySet())
        .containsExactly("mainClass", "classPath", "javaOptions", "arguments");
    check("artifact", first(command.get("classPath")));
  }

  @Test
  void settingAndVersion_areAsDocumented() {
    JsonElement settings =
        JsonParser.parseString(
            Invocation.of("config", "--effective", "--output", "json", "worker").out());
    JsonElement version =
        JsonParser.parseString(Invocation.of("version", "--output", "json").out());

    check("setting", first(settings));
    check("version", version);
  }

  private static JsonObject first(JsonElement list) {
    JsonArray array = list.getAsJsonArray();
    return array.get(0).getAsJsonObject();
  }

  private static void check(String section, JsonElement json) {
    assertThat(json.getAsJsonObject().keySet())
        .as("docs/json.md, %s", section)
        .containsExactlyElementsOf(SECTIONS.get(section));
  }
}
