package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.common.v1.Termination;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a hosted session ends, and what is told of it. */
@Timeout(60)
class SessionEndTest {
  private final FakeMaster master = new FakeMaster();

  @AfterEach
  void close() {
    master.close();
  }

  private SessionBuilder hosted() {
    return SlipwaySession.builder()
        .environment(Map.of())
        .master(master.address().toString())
        .token(FakeMaster.USER_TOKEN);
  }

  private List<Termination> told() {
    return master.finishes().stream().map(FinishApplicationRequest::getTermination).toList();
  }

  /** Notes what is logged. */
  private static final class Notes extends Handler {
    private final List<String> notes = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord note) {
      notes.add(note.getLevel() + ": " + note.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void close_noMasterAnswers_returnsAndWarnsThatTheEndIsNotRecorded() throws Exception {
    Logger logger = Logger.getLogger("io.slipway.driver");
    Notes notes = new Notes();
    logger.addHandler(notes);
    logger.setUseParentHandlers(false);
    try {
      SlipwaySession session = hosted().recording(Duration.ofMillis(100)).open();
      master.stop();

      session.close();

      assertThat(notes.notes).hasSize(1);
      assertThat(notes.notes.get(0))
          .startsWith("WARNING: the session of app-20261122-0007 has ended (exited with 0), and no")
          .contains(master.address().toString())
          .endsWith("The application will be listed as LOST");
    } finally {
      logger.removeHandler(notes);
      logger.setUseParentHandlers(true);
    }
  }

  @Test
  void close_afterAFailure_theFirstCounts() throws Exception {
    SlipwaySession session = hosted().open();

    session.close(new IllegalStateException("no input"));
    session.close();
    session.close(new IllegalStateException("another"));

    assertThat(told()).hasSize(1);
    assertThat(told().get(0).getCause()).contains("no input");
  }

  @Test
  void close_withFailure_isTheCauseOfUnfinishedTasks() throws Exception {
    SlipwaySession session = hosted().open();
    Future<Integer> task = session.executor().submit(() -> 1);
    IllegalStateException failure = new IllegalStateException("no input");

    session.close(failure);

    assertThatThrownBy(task::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(SessionClosedException.class)
        .hasRootCause(failure);
  }

  @Test
  void jvmEnds_sessionIsOpen_hasFailedSayingSo() throws Exception {
    SlipwaySession session = hosted().open();

    ((OpenSession) session).endUnclosed(); // as the hook of the JVM does

    assertThat(told().get(0).getExited()).isEqualTo(1);
    assertThat(told().get(0).getCause()).isEqualTo("ended without closing its session");
  }

  @Test
  void open_afterClose_isAnotherSession() throws Exception {
    hosted().open().close();

    try (SlipwaySession another = hosted().open()) {
      assertThat(another.applicationId()).isEqualTo(FakeMaster.APPLICATION);
    }
    assertThat(told()).hasSize(2);
  }

  @Test
  void awaitExecutors_timeIsOverOrSessionCloses_isFalse() throws Exception {
    SlipwaySession session = hosted().open();
    assertThat(session.awaitExecutors(1, Duration.ofMillis(1))).isFalse();
    CompletableFuture<Boolean> came = new CompletableFuture<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                came.complete(session.awaitExecutors(1, Duration.ofDays(1_000_000)));
              } catch (InterruptedException e) {
                came.completeExceptionally(e);
              }
            });
    waiter.start();
    await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);

    session.close();

    assertThat(came.get()).isFalse();
  }

  @Test
  void open_listensBeyondLoopback_isRefusedUnlessAllowed() throws Exception {
    assertThatThrownBy(() -> hosted().listen("0.0.0.0:0").open())
        .isInstanceOf(SessionException.class)
        .hasMessageContaining("0.0.0.0");

    hosted().listen("0.0.0.0:0").advertise("127.0.0.1:0").insecure(true).open().close();

    assertThat(master.driverAddress()).startsWith("127.0.0.1:").doesNotEndWith(":0");
  }

  @Test
  void open_wrongNumbers_areRefused() {
    assertThatThrownBy(() -> hosted().executors(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> hosted().executorCores(0)).hasMessageContaining("0");
    assertThatThrownBy(() -> hosted().maxCores(0).open()).hasMessageContaining("0");
    assertThatThrownBy(() -> hosted().executorMemory("much")).hasMessageContaining("much");
    assertThatThrownBy(() -> hosted().executorMemory("10m").open())
        .hasMessageContaining("profile 'default'")
        .hasMessageContaining("too little for a JVM");
  }
}
