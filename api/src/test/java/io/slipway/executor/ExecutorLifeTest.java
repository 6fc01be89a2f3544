package io.slipway.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.driver.FakeMaster;
import io.slipway.model.HostPort;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExecutorLifeTest {
  private static HostPort closedPort() {
    FakeMaster gone = new FakeMaster();
    gone.close();
    return gone.address();
  }

  private static RunningExecutor start(FakeMaster master, String token, String driver) {
    return RunningExecutor.start(
        FakeMaster.APPLICATION, 1, 1, master.address(), token, driver, Duration.ofMillis(300));
  }

  @Test
  void run_driverNeverAnswers_endsWithItsOwnCode() throws Exception {
    try (RunningExecutor executor =
        RunningExecutor.start(
            FakeMaster.APPLICATION,
            1,
            1,
            closedPort(),
            "token",
            closedPort().toString(),
            Duration.ofMillis(300))) {
      assertThat(executor.exitCode()).isEqualTo(ExecutorMain.CANT_REACH_DRIVER);
    }
  }

  @Test
  void run_applicationIsEnding_leaves() throws Exception {
    try (FakeMaster master = new FakeMaster()) {
      master.ending();
      try (RunningExecutor executor = start(master, master.token(), "")) {
        assertThat(executor.exitCode()).isZero();
      }
    }
  }

  @Test
  void grant_longTasks_staysAtTheCores() {
    CreditWindow window = new CreditWindow(4);
    assertThat(window.grant()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      window.received();
      window.reported();
      window.took(Duration.ofSeconds(1).toNanos());
    }

    assertThat(window.grant()).isEqualTo(4);
    assertThat(window.grant()).isZero();
  }

  @Test
  void grant_shortTasks_growsAndShrinksAgain() {
    CreditWindow window = new CreditWindow(2);
    window.grant();
    for (int i = 0; i < 2; i++) {
      window.received();
      window.reported();
      window.took(1_000);
    }

    int granted = window.grant();
    assertThat(granted).isEqualTo(2 * 1_024);
    for (int i = 0; i < granted; i++) {
      window.received();
      window.reported();
    }
    window.shrink();
    assertThat(window.grant()).isEqualTo(2);
  }
}
