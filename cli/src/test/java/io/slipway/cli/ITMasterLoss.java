package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.client.ApplicationEvent;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import io.slipway.client.Specification;
import io.slipway.model.ApplicationState;
import io.slipway.model.Ending;
import io.slipway.model.HostPort;
import io.slipway.rpc.TokenFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
    cluster = TestCluster.ofOneWorker(directory);
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
  void masterKilled_programsThatWaitAndFollow_hearTheRestAfterwards() throws Exception {
    Path done = directory.resolve("followed-done");
    Specification application =
        Specification.command(
                "sh",
                "-c",
                "echo one; until [ -e "
                    + done
                    + " ]; do sleep 0.1; done; echo two; touch "
                    + done
                    + ".seen; exit 7")
            .name("followed")
            .build();
    try (SlipwayClient client =
            SlipwayClient.connect(
                List.of(HostPort.parse(cluster.address())),
                new TokenFiles(cluster.tokens()).userToken().token());
        Stream<ApplicationEvent> changes = client.submit(application).events()) {
      Iterator<ApplicationEvent> events = changes.iterator();
      ApplicationHandle followed = client.handle(events.next().application().id());
      Iterator<String> lines = followed.driverLines().iterator();
      assertThat(lines.next()).isEqualTo("one");
      CompletableFuture<ApplicationReport> outcome = followed.outcome();
      CompletableFuture<Optional<ApplicationReport>> waiting = new CompletableFuture<>();
      Thread waiter = new Thread(() -> waiting.complete(awaited(followed)));
      waiter.start();
      cluster.killMaster();
      assertThat(outcome).isNotDone();
      Files.createFile(done);
      Awaitility.await()
          .atMost(TestCluster.LONG)
          .until(() -> Files.exists(Path.of(done + ".seen")));
      cluster.startMaster();

      assertThat(lines.next()).isEqualTo("two");
      assertThat(lines.hasNext()).isFalse();
      ApplicationEvent last = events.next();
      while (events.hasNext()) {
        last = events.next();
      }
      assertThat(last.application().state()).isEqualTo(ApplicationState.FAILED);
      ApplicationReport end = outcome.get(TestCluster.LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(end.ending().orElseThrow()).isEqualTo(Ending.exited(7));
      assertThat(waiting.get(TestCluster.LONG.toSeconds(), TimeUnit.SECONDS))
          .map(ApplicationReport::state)
          .contains(ApplicationState.FAILED);
    }
  }

  private static Optional<ApplicationReport> awaited(ApplicationHandle application) {
    try {
      return application.await(TestCluster.LONG);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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
