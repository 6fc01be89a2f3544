package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.client.ApplicationReport;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.WorkerState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ColoursTest {
  private static final Colours COLOURED = Colours.of(true, Map.of("TERM", "xterm")::get);

  @Test
  void everyState_butTheEndOfAProcess_hasAColour() {
    Stream.of(ApplicationState.values(), ExecutionState.values(), WorkerState.values())
        .flatMap(Stream::of)
        .map(Enum::name)
        .filter(name -> !name.equals("ENDED"))
        .forEach(
            name ->
                assertThat(COLOURED.state(name)).startsWith("\u001b[").contains(name + "\u001b"));
  }

  @Test
  void noTerminal_noColorOrADumbTerminal_haveNone() {
    assertThat(Colours.of(false, name -> null).state("FAILED")).isEqualTo("FAILED");
    assertThat(Colours.of(true, Map.of("NO_COLOR", "1")::get).state("FAILED")).isEqualTo("FAILED");
    assertThat(Colours.of(true, Map.of("TERM", "dumb")::get).state("FAILED")).isEqualTo("FAILED");
    assertThat(Colours.of(true, Map.of("NO_COLOR", "")::get).state("FAILED")).contains("\u001b");
  }

  @Test
  void table_withColours_linesUpAsWithout() {
    List<ApplicationReport> reports =
        List.of(
            OutcomeTest.report(ApplicationState.RUNNING, Optional.empty()),
            OutcomeTest.report(ApplicationState.SUCCEEDED, Optional.of(Ending.exited(0))));

    String coloured = Views.applications(reports, COLOURED);

    assertThat(coloured).contains("\u001b[32mRUNNING\u001b[");
    assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", ""))
        .isEqualTo(Views.applications(reports, Colours.NONE));
  }

  @Test
  void help_hasColoursWhereTheyAreWanted() {
    CommandLine command = SlipwayMain.everything();

    assertThat(command.getUsageMessage()).doesNotContain("\u001b");
    assertThat(command.getUsageMessage(COLOURED.ofHelp())).contains("\u001b[");
  }
}
