package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.client.WorkerReport;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FitCheckTest {
  private static final long GIB = 1L << 30;

  @Test
  void of_freeWorkers_fitsNow() {
    FitCheck fit = FitCheck.of(spec(2, 3, 1), List.of(worker(4, 0), worker(4, 0)));

    assertThat(fit.fits()).isEqualTo(FitCheck.Fits.NOW);
    // The driver's two cores take an executor's place.
    assertThat(fit.executorsNow()).isEqualTo(3);
    assertThat(FitCheck.of(spec(2, 9, 1), List.of(worker(4, 0), worker(4, 0))).executorsNow())
        .isEqualTo(6);
  }

  @Test
  void of_busyWorkers_fitsLater() {
    FitCheck fit = FitCheck.of(spec(1, 3, 3), List.of(worker(4, 2)));

    assertThat(fit.fits()).isEqualTo(FitCheck.Fits.LATER);
    assertThat(fit.executorsNow()).isZero();
  }

  @Test
  void of_workersTooSmall_fitsNever() {
    FitCheck minimum = FitCheck.of(spec(1, 4, 4), List.of(worker(4, 0)));
    FitCheck driver = FitCheck.of(spec(5, 1, 1), List.of(worker(4, 0), worker(4, 0)));

    assertThat(minimum.fits()).isEqualTo(FitCheck.Fits.NEVER);
    assertThat(minimum.reason()).contains("room for 3");
    assertThat(driver.fits()).isEqualTo(FitCheck.Fits.NEVER);
    assertThat(driver.reason()).contains("no worker has room for the driver");
  }

  @Test
  void of_noWorker_saysSo() {
    assertThat(FitCheck.of(spec(1, 1, 1), List.of()).reason()).contains("slipway worker");
  }

  private static ApplicationSpec spec(int driverCores, int executors, int minimum) {
    CommandTemplate command = new CommandTemplate.Program(List.of("true"));
    return new ApplicationSpec(
        "x",
        DeployMode.CLUSTER,
        Optional.of(LaunchTemplate.of(command, new Resources(driverCores, GIB))),
        List.of(
            new ExecutorProfile(
                "default",
                LaunchTemplate.of(command, new Resources(1, GIB)),
                false,
                ExecutorTarget.of(executors),
                minimum)),
        OptionalInt.empty(),
        1,
        0,
        ApplicationSpec.DEFAULT_LOST_AFTER,
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
  }

  private static WorkerReport worker(int cores, int used) {
    return new WorkerReport(
        new WorkerId("w-1a2b3c4d"),
        new HostPort("127.0.0.1", 7078),
        WorkerState.LIVE,
        new Resources(cores, 64 * GIB),
        new Resources(used, used * GIB),
        new TreeMap<>(),
        List.of("process"),
        "process",
        "0.1.0",
        1,
        used,
        Optional.empty());
  }
}
