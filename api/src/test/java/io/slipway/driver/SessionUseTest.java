package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slipway.proto.application.v1.ImpossibleProfile;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutorCount;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the methods of a session and its executor promise beside their main use. */
@Timeout(60)
class SessionUseTest {
  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    bed = new SessionBed();
  }

  @AfterEach
  void close() {
    bed.close();
  }

  @Test
  void use_afterClose_isRefusedByEveryMethod() {
    SlipwaySession session = bed.session();
    session.close();

    List<ThrowingCallable> uses =
        List.of(
            () -> session.addListener(new SessionListener() {}),
            () -> session.addProgressListener(Duration.ofSeconds(1), progress -> {}),
            () -> session.broadcastFile(Path.of("pom.xml")),
            () -> session.setPage("http://localhost/"),
            () -> session.executor().setExecutorsAsManyAsFit(),
            () -> session.executor().awaitExecutors(1, Duration.ofSeconds(1)));
    for (ThrowingCallable use : uses) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("open another one");
    }
  }

  @Test
  void setProgressAndPage_areTold() {
    bed.session().setProgress(0.5);
    await().until(() -> bed.master().updates().size() == 1);
    bed.session().setPage("http://127.0.0.1:8080/");
    await().until(() -> bed.master().updates().size() == 2);

    assertThat(bed.master().updates().get(0).getProgress()).isEqualTo(0.5);
    assertThat(bed.master().updates().get(1).getPageUrl()).isEqualTo("http://127.0.0.1:8080/");
    for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> bed.session().setProgress(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void waitingReason_mastersTellIt_isThat() {
    assertThat(bed.session().waitingReason()).isEmpty();
    await().until(() -> bed.master().watchers() == 1);

    bed.master().tell(WatchExecutorsResponse.newBuilder().setWaitingReason("no cores").build());
    await().until(() -> bed.session().waitingReason().equals("no cores"));
    bed.master()
        .tell(
            WatchExecutorsResponse.newBuilder()
                .addImpossible(ImpossibleProfile.newBuilder().setProfile("big").setReason("64"))
                .build());
    await().until(() -> bed.session().waitingReason().equals("big: 64"));
    bed.master().tell(WatchExecutorsResponse.getDefaultInstance());
    await().until(() -> bed.session().waitingReason().isEmpty());
  }

  @Test
  void listener_usesTheSession_isServed() throws Exception {
    BlockingQueue<Integer> results = new LinkedBlockingQueue<>();
    bed.session()
        .addListener(
            new SessionListener() {
              @Override
              public void executorStarted(ExecutorView executor) {
                try {
                  results.add(bed.executor().submit(() -> 42).get());
                } catch (InterruptedException | ExecutionException e) {
                  throw new IllegalStateException(e);
                }
              }
            });

    bed.startExecutor(1);

    assertThat(results.take()).isEqualTo(42);
  }

  @Test
  void addProgressListener_everyNothing_isRefused() {
    assertThatThrownBy(() -> bed.session().addProgressListener(Duration.ZERO, progress -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void setExecutors_negative_isRefused_asManyAsFit_isTold() {
    assertThatThrownBy(() -> bed.executor().setExecutors(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");

    bed.executor().setExecutorsAsManyAsFit();

    await().until(() -> bed.master().targets().size() == 1);
    assertThat(bed.master().targets().get(0).getTargets(0).getTarget())
        .isEqualTo(ExecutorCount.newBuilder().setAsManyAsFit(true).build());
  }

  @Test
  void broadcast_noDirectoryForItsFile_saysWhere() {
    try (BroadcastShelf shelf = new BroadcastShelf(Path.of("no-such-directory"))) {
      assertThatThrownBy(() -> shelf.add(1))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("no-such-directory");
    }
  }

  @Test
  void submit_knownResult_doesNotTravel() throws Exception {
    bed.startExecutor(1);
    Object unserializable = new Object();

    assertThat(bed.executor().submit(() -> {}, unserializable).get()).isSameAs(unserializable);
  }

  @Test
  void submitNamed_noSuchClass_failsNamingIt() throws Exception {
    bed.startExecutor(1);

    Future<byte[]> future = bed.executor().submitNamed("no.such.Task", new byte[0]);

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("no.such.Task");
  }

  @Test
  void invokeAny_allFail_throwsWhatOneThrew() throws Exception {
    bed.startExecutor(1);
    SerializableCallable<Integer> failing =
        () -> {
          throw new IllegalStateException("x");
        };

    assertThatThrownBy(() -> bed.executor().invokeAny(List.of(failing, failing)))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("x");
    assertThatThrownBy(() -> bed.executor().invokeAny(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void invokeAny_timeIsOver_cancelsAll() {
    SerializableCallable<Integer> waits = () -> 1; // there is no executor

    assertThatThrownBy(() -> bed.executor().invokeAny(List.of(waits), 1, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);

    assertThat(bed.executor().waitingTasks()).isZero();
    assertThat(bed.session().taskProgress().cancelled()).isEqualTo(1);
  }

  @Test
  void map_itsThreadIsInterrupted_cancelsAll() throws Exception {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread mapping =
        new Thread(
            () -> {
              try {
                bed.executor().map(List.of(1, 2), n -> n);
              } catch (InterruptedException | ExecutionException | RuntimeException e) {
                thrown.complete(e);
              }
            });
    mapping.start();
    await().until(() -> bed.executor().waitingTasks() == 2);

    mapping.interrupt();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(bed.session().taskProgress().cancelled()).isEqualTo(2);
  }
}
