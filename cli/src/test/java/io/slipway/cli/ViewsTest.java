package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.client.ApplicationReport;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewsTest {
  private static final Ending STOPPED =
      new Ending(new ExitStatus.Signalled(15), false, Optional.of(StopKind.ASKED), "");

  @Test
  void summary_ofADriverThatEndedByItself_saysHow() {
    ApplicationReport report =
        OutcomeTest.report(
            ApplicationState.FAILED, Optional.of(Ending.exited(7)), "exited with 7", "");

    assertThat(Views.summary(report)).isEqualTo("app-20261122-0007 FAILED: driver exited with 7");
  }

  @Test
  void driver_howeverItEnded_isASentence() {
    assertThat(Views.driver(Ending.exited(7))).isEqualTo("the driver exited with 7");
    assertThat(Views.driver(STOPPED)).isEqualTo("the driver ended by SIGTERM");
    assertThat(Views.driver(Ending.notStarted("no room")))
        .isEqualTo("the driver was not started: no room");
    assertThat(Views.driver(Ending.lost("nobody saw it")))
        .isEqualTo("the driver was lost: nobody saw it");
  }

  @ParameterizedTest
  @CsvSource({"0,0.0s", "49,0.0s", "50,0.1s", "59960,60.0s", "60000,1m 0s", "90061000,1d 1h"})
  void duration_anyMillis_hasTwoUnits(long millis, String text) {
    assertThat(Views.duration(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void summary_ofADriverThatWasStopped_saysWhyFirst() {
    ApplicationReport report =
        OutcomeTest.report(
            ApplicationState.FAILED, Optional.of(STOPPED), "10 executors failed in a row", "");

    assertThat(Views.summary(report))
        .isEqualTo(
            "app-20261122-0007 FAILED: 10 executors failed in a row; driver ended by SIGTERM");
    assertThat(Views.applications(List.of(report), Colours.NONE))
        .contains("10 executors failed in a row");
  }

  @Test
  void summary_ofAnApplicationOverItsTimeLimit_saysSoAndHowTheDriverEnded() {
    ApplicationReport report = OutcomeTest.overTime(Ending.exited(0));

    assertThat(Views.summary(report))
        .isEqualTo("app-20261122-0007 FAILED: its time limit of 1h passed; driver exited with 0");
    assertThat(Views.applications(List.of(report), Colours.NONE))
        .contains("its time limit of 1h passed");
  }

  @Test
  void summary_ofAKilledApplication_saysByWhomOnce() {
    assertThat(
            Views.summary(
                OutcomeTest.report(
                    ApplicationState.STOPPING, Optional.empty(), "killed by ann", "ann")))
        .isEqualTo("app-20261122-0007 STOPPING: killed by ann");
    assertThat(
            Views.summary(
                OutcomeTest.report(
                    ApplicationState.KILLED, Optional.of(STOPPED), "killed by ann", "ann")))
        .isEqualTo("app-20261122-0007 KILLED: killed by ann; driver ended by SIGTERM");
    assertThat(
            Views.summary(
                OutcomeTest.report(
                    ApplicationState.KILLED,
                    Optional.of(Ending.exited(0)),
                    "killed by ann",
                    "ann")))
        .isEqualTo("app-20261122-0007 KILLED: driver exited with 0 (killed by ann)");
  }
}
