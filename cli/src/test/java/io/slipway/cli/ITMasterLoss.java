package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that run while every master is killed. */
class ITMasterLoss {
  @TempDir static Path directory;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = new TestCluster(directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void masterKilled_driverEndsMeanwhile_outcomeIsKnownAfterwards() throws Exception {
    Path done = directory.resolve("done");
    TestCluster.Run run =
        cluster.command(
            "submit",
            "--name",
            "orphan",
            "--deploy-mode",
            "cluster",
            "--wait",
            "--",
            "sh",
            "-c",
            "while ! [ -e " + done + " ]; do sleep 0.1; done; touch " + done + ".seen; exit 7");
    String id = cluster.awaitState("orphan", "RUNNING");

    cluster.killMaster();
    Files.createFile(done);
    Awaitility.await().atMost(TestCluster.LONG).until(() -> Files.exists(Path.of(done + ".seen")));
    cluster.startMaster();

    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(cluster.status(id).get("state").getAsString()).isEqualTo("FAILED");
  }

  @Test
  void masterKilled_tasksGoOn_andTheResultIsRight() throws Exception {
    TestCluster.Run run =
        cluster.command(
            "submit",
            "--name",
            "pi",
            "--executors",
            "2",
            "--class",
            "io.slipway.examples.MonteCarloPi",
            cluster.examples(),
            "400000000",
            "40");
    // An executor that has not found its driver yet would have to ask a master for it.
    Awaitility.await()
        .atMost(TestCluster.LONG)
        .ignoreExceptions()
        .until(() -> !cluster.status(cluster.idOf("pi")).get("progress").isJsonNull());

    cluster.killMaster();
    run.awaitOut("pi is about 3.14");
    cluster.startMaster();

    assertThat(run.exitCode()).isZero();
    cluster.awaitState("pi", "SUCCEEDED");
  }
}
