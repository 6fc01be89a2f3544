package com.example.primes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.slipway.driver.SlipwaySession;
import io.slipway.testing.LocalCluster;
import io.slipway.testing.LocalClusterExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PrimeCountTest {
  @RegisterExtension
  static final LocalClusterExtension cluster =
      new LocalClusterExtension(LocalCluster.builder().workers(2).workerCores(2));

  @Test
  void below_aHundred_isTwentyFive() throws Exception {
    try (SlipwaySession session = cluster.get().session().executors(2).open()) {
      assertEquals(25, PrimeCount.below(100, session));
    }
  }

  @Test
  void below_anExecutorDies_countsAllTheSame() throws Exception {
    LocalCluster machines = cluster.get();
    try (SlipwaySession session = machines.session().executors(4).open()) {
      session.awaitExecutors(4, Duration.ofSeconds(30));

      machines.killProcesses(machines.workers().get(0));

      assertEquals(78_498, PrimeCount.below(1_000_000, session));
    }
  }
}
