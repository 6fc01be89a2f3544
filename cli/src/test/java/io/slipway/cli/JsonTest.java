package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void application_names_stay() {
    JsonObject json =
        Json.application(OutcomeTest.report(ApplicationState.RUNNING, Optional.empty()));

    assertThat(json.keySet())
        .containsExactly(
            "applicationId",
            "name",
            "owner",
            "deployMode",
            "state",
            "reason",
            "attempt",
            "ending",
            "driverAddress",
            "pageUrl",
            "progress",
            "submitTime",
            "startTime",
            "endTime",
            "executorsRunning",
            "executorsWanted",
            "cores",
            "driverTemplateDigest",
            "killedBy",
            "timeLimit",
            "timeLimitPassed");
    assertThat(json.get("ending").isJsonNull()).isTrue();
    assertThat(json.get("submitTime").getAsString()).isEqualTo("2026-11-22T10:00:00Z");
  }

  @Test
  void application_ending_tellsExitFromSignal() {
    assertThat(ending(Ending.exited(137)).get("status").getAsString()).isEqualTo("exited");
    assertThat(ending(Ending.exited(137)).get("code").getAsInt()).isEqualTo(137);
    JsonObject signalled = ending(Ending.of(new ExitStatus.Signalled(9)));
    assertThat(signalled.get("status").getAsString()).isEqualTo("signalled");
    assertThat(signalled.get("signalName").getAsString()).isEqualTo("SIGKILL");
    assertThat(signalled.get("code").isJsonNull()).isTrue();
  }

  @Test
  void application_ofATimeLimit_tellsWhetherItPassed() {
    JsonObject json = Json.application(OutcomeTest.overTime(Ending.exited(0)));

    assertThat(json.get("timeLimit").getAsString()).isEqualTo("1h");
    assertThat(json.get("timeLimitPassed").getAsBoolean()).isTrue();
  }

  @Test
  void text_ofNothing_isAnEmptyList() {
    assertThat(Json.text(Json.applications(List.of()))).isEqualTo("[]");
  }

  private static JsonObject ending(Ending ending) {
    return Json.application(OutcomeTest.report(ApplicationState.FAILED, Optional.of(ending)))
        .getAsJsonObject("ending");
  }
}
