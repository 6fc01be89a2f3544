package io.slipway.master;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.slipway.master.journal.InMemoryJournal;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.proto.submission.v1.KillApplicationRequest;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a master logs: one line for each change of state. */
@Timeout(120)
class MasterLogTest {
  private final Channels channels = new Channels("test");
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger("io.slipway.master.state");
  private Level before;
  @TempDir Path directory;
  private Master master;
  private LeaderChannel user;
  private FakeWorker worker;

  @BeforeEach
  void start() throws Exception {
    before = log.getLevel();
    log.setLevel(Level.INFO);
    lines.start();
    log.addAppender(lines);
    master =
        new Master(
            new MasterSettings(
                new HostPort("127.0.0.1", 0),
                Optional.empty(),
                directory.resolve("data"),
                false,
                Optional.of(directory.resolve("tokens"))),
            InMemoryJournal.committingAtOnce(),
            (message, cause) -> ended.complete(message));
    master.start();
    master.ready().toCompletableFuture().get(60, TimeUnit.SECONDS);
    TokenFiles tokens = new TokenFiles(directory.resolve("tokens"));
    user = caller(tokens.userToken().token());
    worker = new FakeWorker("w1", caller(tokens.clusterToken()), tokens.clusterToken());
    worker.register(4);
  }

  @AfterEach
  void stop() {
    log.detachAppender(lines);
    log.setLevel(before);
    if (worker != null) {
      worker.close();
    }
    channels.close();
    if (master != null) {
      master.close();
    }
    assertThat(ended.getNow("")).isEmpty();
  }

  private LeaderChannel caller(String token) {
    return new LeaderChannel(
        channels,
        LeaderChannel.Settings.of(
            List.of(master.address()), TokenSource.of(token), Patience.of(Duration.ofSeconds(60))));
  }

  /** The states that were logged of one thing; the master is closed, so that all is written. */
  private List<String> statesOf(String thing) {
    master.close();
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getFormattedMessage().startsWith(thing + " "))
        .map(line -> line.getKeyValuePairs().get(0).value.toString())
        .toList();
  }

  @Test
  void everyChange_isOneLine() throws Exception {
    String id =
        user.call(
                SubmissionServiceGrpc.getSubmitApplicationMethod(),
                Submissions.request(
                    Submissions.cluster().addProfiles(Submissions.executors(1).setMinimum(1))))
            .getApplicationId();
    ExecutionId driver = worker.launched().id();
    worker.confirm(driver);
    ExecutionId executor = worker.launched().id();
    worker.confirm(executor);
    user.call(
        SubmissionServiceGrpc.getKillApplicationMethod(),
        KillApplicationRequest.newBuilder().setApplicationId(id).build());
    worker.exit(executor, 0);
    worker.exit(driver, 0);

    assertThat(statesOf("worker w1")).containsExactly("LIVE");
    assertThat(statesOf("application " + id))
        .containsExactly("QUEUED", "STARTING", "RUNNING", "STOPPING", "KILLED");
    assertThat(statesOf("execution " + driver))
        .containsExactly("LAUNCHING", "RUNNING", "STOPPING", "ENDED");
    assertThat(statesOf("execution " + executor))
        .containsExactly("PENDING", "LAUNCHING", "RUNNING", "STOPPING", "ENDED");
  }

  @Test
  void changesOfOneRound_areALineEach() throws Exception {
    String id =
        user.call(
                SubmissionServiceGrpc.getSubmitApplicationMethod(),
                Submissions.request(Submissions.cluster()))
            .getApplicationId();
    ExecutionId driver = worker.launched().id();
    worker.exit(driver, 3);

    assertThat(statesOf("application " + id))
        .startsWith("QUEUED", "STARTING")
        .endsWith("STOPPING", "FAILED")
        .doesNotHaveDuplicates();
    assertThat(statesOf("execution " + driver)).containsExactly("LAUNCHING", "ENDED");
  }
}
