package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.client.ApplicationReport;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  @Test
  void exitCode_succeeded_isZero() {
    assertThat(code(ApplicationState.SUCCEEDED, Ending.exited(0))).isZero();
  }

  @Test
  void exitCode_failed_isTheDriversOwn() {
    assertThat(code(ApplicationState.FAILED, Ending.exited(1))).isEqualTo(1);
    assertThat(code(ApplicationState.FAILED, Ending.exited(137))).isEqualTo(137);
    assertThat(code(ApplicationState.FAILED, Ending.exited(255))).isEqualTo(255);
  }

  @Test
  void exitCode_failedBySignal_is128AndTheNumber() {
    assertThat(code(ApplicationState.FAILED, Ending.of(new ExitStatus.Signalled(9))))
        .isEqualTo(137);
  }

  @Test
  void exitCode_driverNeverStarted_isOurs() {
    assertThat(code(ApplicationState.FAILED, Ending.notStarted("no such program")))
        .isEqualTo(ExitCodes.FAILED);
  }

  @Test
  void exitCode_failedWithoutTheDriversDoing_isOurs() {
    Ending stopped =
        new Ending(new ExitStatus.Signalled(15), false, Optional.of(StopKind.ASKED), "");

    assertThat(code(ApplicationState.FAILED, stopped)).isEqualTo(ExitCodes.FAILED);
    assertThat(code(ApplicationState.FAILED, Ending.exited(0))).isEqualTo(ExitCodes.FAILED);
  }

  @Test
  void exitCode_killedOrLost_isOurs() {
    assertThat(code(ApplicationState.KILLED, Ending.exited(0))).isEqualTo(ExitCodes.KILLED);
    assertThat(code(ApplicationState.LOST, Ending.lost("cut off"))).isEqualTo(ExitCodes.LOST);
  }

  @Test
  void exitCode_ofAStoppedClientModeDriver_isThatOfClusterMode() {
    Ending stopped =
        new Ending(new ExitStatus.Signalled(15), false, Optional.of(StopKind.ASKED), "");

    assertThat(Outcome.exitCodeOfStopped(ApplicationState.FAILED))
        .isEqualTo(code(ApplicationState.FAILED, stopped));
    assertThat(Outcome.exitCodeOfStopped(ApplicationState.KILLED))
        .isEqualTo(code(ApplicationState.KILLED, stopped));
    assertThat(Outcome.exitCodeOfStopped(ApplicationState.LOST))
        .isEqualTo(code(ApplicationState.LOST, stopped));
  }

  @Test
  void exitCode_timeLimitPassed_isThatOfTimeoutHoweverTheDriverEnded() {
    assertThat(Outcome.exitCode(overTime(Ending.exited(0)))).isEqualTo(124);
    assertThat(Outcome.exitCode(overTime(Ending.of(new ExitStatus.Signalled(15))))).isEqualTo(124);
  }

  private static int code(ApplicationState state, Ending ending) {
    return Outcome.exitCode(report(state, Optional.of(ending)));
  }

  static ApplicationReport report(ApplicationState state, Optional<Ending> ending) {
    return report(state, ending, "", "");
  }

  static ApplicationReport report(
      ApplicationState state, Optional<Ending> ending, String reason, String killedBy) {
    return report(state, ending, reason, killedBy, Optional.empty(), false);
  }

  static ApplicationReport overTime(Ending ending) {
    return report(
        ApplicationState.FAILED,
        Optional.of(ending),
        "its time limit of 1h passed",
        "",
        Optional.of(Duration.ofHours(1)),
        true);
  }

  private static ApplicationReport report(
      ApplicationState state,
      Optional<Ending> ending,
      String reason,
      String killedBy,
      Optional<Duration> timeLimit,
      boolean timeLimitPassed) {
    return new ApplicationReport(
        new ApplicationId("app-20261122-0007"),
        "report",
        "alice",
        DeployMode.CLUSTER,
        state,
        reason,
        1,
        ending,
        Optional.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        Instant.parse("2026-11-22T10:00:00Z"),
        Optional.empty(),
        Optional.empty(),
        0,
        2,
        0,
        "",
        killedBy,
        timeLimit,
        timeLimitPassed);
  }
}
