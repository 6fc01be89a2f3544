package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.model.Ending;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.proto.common.v1.ExecutionPhase;
import io.slipway.proto.common.v1.Termination;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listeners hear. */
@Timeout(60)
class SessionEventsTest {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = new SessionBed();
    await().until(() -> bed.master().watchers() == 1);
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private final class Notes implements SessionListener {
    @Override
    public void executorStarted(ExecutorView executor) {
      heard.add("started " + executor.number() + " on " + executor.host());
    }

    @Override
    public void executorEnded(ExecutorView executor, Ending ending) {
      heard.add("ended " + executor.number() + " on " + executor.host() + ", " + ending.status());
    }

    @Override
    public void executorLost(ExecutorView executor, String reason) {
      heard.add("lost " + executor.number() + ": " + reason);
    }
  }

  private static ExecutionInfo.Builder executor(int number, ExecutionPhase phase) {
    return ExecutionInfo.newBuilder()
        .setExecutionId(FakeMaster.APPLICATION.executor(number).toString())
        .setHost("h" + number)
        .setPhase(phase);
  }

  private static ExecutionInfo ended(int number, Termination.Builder how) {
    return executor(number, ExecutionPhase.EXECUTION_PHASE_ENDED).setTermination(how).build();
  }

  @Test
  void listener_executorsStartEndAndAreLost_hearsEachOnceInOrder() throws Exception {
    bed.session().addListener(new Notes());

    bed.startExecutor(1);
    await().until(() -> heard.size() == 1);
    bed.master().tell(false, ended(1, Termination.newBuilder().setExited(3)));
    bed.master().tell(false, ended(1, Termination.newBuilder().setExited(3)));
    bed.master().tell(false, ended(2, Termination.newBuilder().setLost("its worker is silent")));
    bed.master().tell(false, ended(3, Termination.newBuilder().setNotStarted("no image")));

    await().until(() -> heard.size() == 4);
    assertThat(heard)
        .containsExactly(
            "started 1 on 127.0.0.1",
            "ended 1 on h1, exited with 3",
            "lost 2: its worker is silent",
            "ended 3 on h3, not started: no image");
  }

  @Test
  void listener_executorEndedWhileNoMasterWasHeard_hearsThatItIsLost() {
    bed.session().addListener(new Notes());
    bed.master().tell(true, executor(1, ExecutionPhase.EXECUTION_PHASE_RUNNING).build());

    bed.master().tell(true, executor(2, ExecutionPhase.EXECUTION_PHASE_RUNNING).build());

    await().until(() -> heard.size() == 1);
    assertThat(heard.get(0)).startsWith("lost 1: it ended while no master was heard");
  }

  @Test
  void listener_executorConnectsAgain_hearsOfItOnce() throws Exception {
    bed.session().addListener(new Notes());
    bed.startExecutor(1);
    bed.killExecutor(1);
    await().until(() -> bed.executor().connectedExecutors() == 0);

    bed.start(1, 1);
    await().until(() -> bed.executor().connectedExecutors() == 1);
    bed.start(2, 1);

    await().until(() -> heard.size() == 2);
    assertThat(heard).containsExactly("started 1 on 127.0.0.1", "started 2 on 127.0.0.1");
  }

  @Test
  void listener_throws_othersAndLaterEventsAreTold() {
    bed.session()
        .addListener(
            new SessionListener() {
              @Override
              public void executorEnded(ExecutorView executor, Ending ending) {
                heard.add("thrown");
                Thread.currentThread()
                    .setUncaughtExceptionHandler((thread, thrown) -> heard.add("handled"));
                throw new IllegalStateException("a listener's own failure");
              }
            });
    bed.session().addListener(new Notes());

    bed.master().tell(false, ended(1, Termination.newBuilder().setExited(0)));

    await().until(() -> heard.size() == 3);
    assertThat(heard).containsExactly("thrown", "handled", "ended 1 on h1, exited with 0");
  }

  @Test
  void taskProgress_tasksEndInAllWays_countsEach() throws Exception {
    bed.startExecutor(1);
    bed.executor().submit(() -> 1).get();
    Future<Object> failing =
        bed.executor()
            .submit(
                () -> {
                  throw new IllegalStateException("x");
                });
    assertThatThrownBy(failing::get).hasRootCauseMessage("x");
    bed.killExecutor(1);
    await().until(() -> bed.executor().connectedExecutors() == 0);
    bed.executor().submit(() -> 2).cancel(true);
    Future<Integer> waiting = bed.executor().submit(() -> 3);

    assertThat(bed.session().taskProgress()).isEqualTo(new TaskProgress(4, 1, 1, 1, 1, 0));
    assertThat(bed.session().taskProgress().done()).isEqualTo(3);
    assertThat(waiting.isDone()).isFalse();
  }

  @Test
  void progressListener_sessionCloses_hasHeardTheLast() throws Exception {
    List<TaskProgress> told = new CopyOnWriteArrayList<>();
    bed.startExecutor(1);
    bed.session().addProgressListener(Duration.ofDays(1), told::add);
    await().until(() -> told.size() == 1);
    bed.executor().map(List.of(1, 2, 3), i -> i);

    bed.session().close();

    assertThat(told)
        .containsExactly(new TaskProgress(0, 0, 0, 0, 0, 0), new TaskProgress(3, 3, 0, 0, 0, 0));
  }

  @Test
  void progressListener_nothingChanges_isToldOnce() throws Exception {
    List<TaskProgress> told = new CopyOnWriteArrayList<>();
    bed.startExecutor(1);
    bed.session().addProgressListener(Duration.ofMillis(1), told::add);
    await().until(() -> told.size() == 1);

    bed.executor().submit(() -> 1).get();
    await().until(() -> told.get(told.size() - 1).succeeded() == 1);
    bed.session().close();

    assertThat(told).doesNotHaveDuplicates();
    assertThatThrownBy(() -> bed.session().addProgressListener(Duration.ofMillis(1), told::add))
        .isInstanceOf(IllegalStateException.class);
  }
}
