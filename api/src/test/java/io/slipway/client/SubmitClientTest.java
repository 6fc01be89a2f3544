package io.slipway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the submit client promises, against a master that does what the test says. */
@Timeout(60)
class SubmitClientTest {
  private static final Specification COMMAND = Specification.command("true").build();
  private static final LogQuery DRIVER = LogQuery.of(FakeSubmissions.APPLICATION.driver(1));

  private FakeSubmissions master;
  private SlipwayClient client;
  private ApplicationHandle application;

  @BeforeEach
  void open() throws Exception {
    master = new FakeSubmissions();
    client =
        SlipwayClient.connect(
            List.of(master.address()), FakeSubmissions.TOKEN, Duration.ofSeconds(30));
    application = client.handle(FakeSubmissions.APPLICATION);
  }

  @AfterEach
  void close() {
    client.close();
    master.close();
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static void assertKind(SlipwayException.Kind kind, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    Throwable cause = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
    assertThat(cause)
        .isInstanceOfSatisfying(
            SlipwayException.class, e -> assertThat(e.kind()).as(e.toString()).isEqualTo(kind));
  }

  /** Runs it on a thread of its own; completes with what it throws. */
  private static CompletableFuture<Throwable> failing(ThrowingCallable call, Thread[] thread) {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread runner =
        new Thread(
            () -> {
              Throwable failure = catchThrowable(call);
              thrown.complete(
                  Thread.currentThread().isInterrupted() && failure instanceof CancellationException
                      ? new InterruptedException("with its status set")
                      : failure);
            });
    thread[0] = runner;
    runner.start();
    return thrown;
  }

  @Test
  void submit_bothForms_handTheApplicationIn() throws Exception {
    Specification named = Specification.command("true").requestId("r-1").build();

    assertThat(client.submit(named).id()).isEqualTo(FakeSubmissions.APPLICATION);
    assertThat(get(client.submitAsync(named)).id()).isEqualTo(FakeSubmissions.APPLICATION);

    assertThat(master.submissions).hasSize(2).allMatch(s -> s.getRequestId().equals("r-1"));
  }

  @Test
  void submit_clientMode_saysWhatToDoInstead() {
    Specification clientMode = Specification.command("true").deployMode(DeployMode.CLIENT).build();

    assertThatThrownBy(() -> client.submit(clientMode))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SlipwaySession.builder()")
        .hasMessageContaining("slipway submit");
    assertThatThrownBy(() -> get(client.submitAsync(clientMode)))
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void outcome_masterGoesAwayMeanwhile_isTheFinalState() throws Exception {
    CompletableFuture<ApplicationReport> outcome = application.outcome();
    await().until(() -> master.watching() == 1);

    master.restart();
    master.become(ApplicationState.FAILED);

    assertThat(get(outcome).state()).isEqualTo(ApplicationState.FAILED);
    assertThat(application.await().state()).isEqualTo(ApplicationState.FAILED);
  }

  @Test
  void futures_completeOnNoThreadOfTheClient() throws Exception {
    CompletableFuture<String> thread =
        application.outcome().thenApply(report -> Thread.currentThread().getName());
    await().until(() -> master.watching() == 1);

    master.become(ApplicationState.SUCCEEDED);

    assertThat(get(thread)).doesNotStartWith("slipway");
  }

  @Test
  void await_withALimit_isEmptyWhenItIsOver() throws Exception {
    assertThat(application.await(Duration.ofMillis(50))).isEmpty();

    master.become(ApplicationState.KILLED);

    assertThat(application.await(Duration.ofSeconds(30)).map(ApplicationReport::state))
        .contains(ApplicationState.KILLED);
    await().until(() -> master.watching() == 0);
  }

  @Test
  void await_interrupted_endsAndLeavesNoWatch() throws Exception {
    Thread[] thread = new Thread[1];
    CompletableFuture<Throwable> thrown = failing(application::await, thread);
    await().until(() -> master.watching() == 1);

    thread[0].interrupt();

    assertThat(get(thrown)).isInstanceOf(InterruptedException.class);
    await().until(() -> master.watching() == 0);
  }

  @Test
  void events_tellWhatChanged_fromTheStateNowToTheFinalOne() {
    try (Stream<ApplicationEvent> events = application.events()) {
      Iterator<ApplicationEvent> read = events.iterator();
      assertState(read.next(), Optional.empty(), ApplicationState.QUEUED);

      master.become(ApplicationState.RUNNING);
      assertState(read.next(), Optional.of(ApplicationState.QUEUED), ApplicationState.RUNNING);
      master.become(ApplicationState.RUNNING, info -> info.setExecutorsRunning(2));
      assertThat(read.next())
          .isInstanceOfSatisfying(
              ApplicationEvent.ExecutorsChanged.class,
              event -> assertThat(event.application().executorsRunning()).isEqualTo(2));
      master.become(ApplicationState.RUNNING, info -> info.setProgress(0.5));
      assertThat(read.next())
          .isInstanceOfSatisfying(
              ApplicationEvent.ProgressChanged.class,
              event -> assertThat(event.application().progress()).hasValue(0.5));
      master.become(ApplicationState.RUNNING, info -> info.setPageUrl("http://d:1/"));
      assertThat(read.next()).isInstanceOf(ApplicationEvent.DetailsChanged.class);
      // What changed while nobody read is told once, the state last.
      master.become(ApplicationState.STOPPING);
      master.become(ApplicationState.SUCCEEDED, info -> info.setExecutorsRunning(0));
      ApplicationEvent last = read.next();
      while (read.hasNext()) {
        last = read.next();
      }
      assertThat(last.application().state()).isEqualTo(ApplicationState.SUCCEEDED);
      assertThat(last).isInstanceOf(ApplicationEvent.StateChanged.class);
    }
  }

  private static void assertState(
      ApplicationEvent event, Optional<ApplicationState> previous, ApplicationState now) {
    assertThat(event)
        .isInstanceOfSatisfying(
            ApplicationEvent.StateChanged.class,
            change -> {
              assertThat(change.previous()).isEqualTo(previous);
              assertThat(change.application().state()).isEqualTo(now);
            });
  }

  @Test
  void events_closedByAnotherThread_endItsReader() throws Exception {
    Stream<ApplicationEvent> events = application.events();
    CompletableFuture<Long> count = CompletableFuture.supplyAsync(events::count);
    await().until(() -> master.watching() == 1);

    events.close();

    assertThat(get(count)).isLessThanOrEqualTo(1);
    await().until(() -> master.watching() == 0);
  }

  @Test
  void streams_interrupted_areCancelledAndTheStatusIsSet() throws Exception {
    master.write("line\n");
    Thread[] watcher = new Thread[1];
    Thread[] reader = new Thread[1];
    CompletableFuture<Throwable> events =
        failing(() -> application.events().forEach(event -> {}), watcher);
    CompletableFuture<Throwable> lines =
        failing(() -> client.lines(DRIVER.following()).forEach(line -> {}), reader);
    await().until(() -> master.watching() == 1 && master.reading() == 1);

    watcher[0].interrupt();
    reader[0].interrupt();

    assertThat(get(events)).isInstanceOf(InterruptedException.class);
    assertThat(get(lines)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void withTimeout_noAnswer_timesOutInBothFormsAndCancelsTheCall() {
    master.silent = true;
    SlipwayClient hasty = client.withTimeout(Duration.ofMillis(100));
    String id = FakeSubmissions.APPLICATION.value();

    assertKind(SlipwayException.Kind.TIMED_OUT, () -> hasty.kill(id));
    assertKind(SlipwayException.Kind.TIMED_OUT, () -> get(hasty.killAsync(id)));
    assertKind(SlipwayException.Kind.TIMED_OUT, () -> hasty.submit(COMMAND));
    assertKind(SlipwayException.Kind.TIMED_OUT, () -> get(hasty.submitAsync(COMMAND)));

    await().until(() -> master.cancelledCalls.get() == 4);
    assertThatThrownBy(() -> client.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void cancel_ofAFuture_cancelsTheCall() {
    master.silent = true;
    CompletableFuture<ApplicationDetails> details =
        client.getAsync(FakeSubmissions.APPLICATION.value());
    CompletableFuture<ApplicationHandle> submission = client.submitAsync(COMMAND);
    await().until(() -> !master.submissions.isEmpty());

    details.cancel(true);
    submission.cancel(true);

    await().until(() -> master.cancelledCalls.get() == 2);
  }

  @Test
  void unknownId_isSaidInBothForms() {
    assertKind(SlipwayException.Kind.UNKNOWN_ID, () -> client.get("app-20990101"));
    assertKind(SlipwayException.Kind.UNKNOWN_ID, () -> get(client.getAsync("app-20990101")));
    assertKind(SlipwayException.Kind.UNKNOWN_ID, () -> client.lines(DRIVER).count());
  }

  @Test
  void list_readsAllPagesUpToTheLimit() throws Exception {
    assertThat(client.list(Set.of(), 100)).hasSize(6);
    assertThat(get(client.listAsync(Set.of(), 3))).hasSize(3);
  }

  @Test
  void lines_masterGoesAwayMeanwhile_eachComesOnce() throws Exception {
    master.write("one\ntw");
    try (Stream<String> lines = client.lines(DRIVER.following())) {
      Iterator<String> read = lines.iterator();
      assertThat(read.next()).isEqualTo("one");

      master.restart();
      master.write("o\nthree\n");
      assertThat(read.next()).isEqualTo("two");
      assertThat(read.next()).isEqualTo("three");
      master.endLog();
      assertThat(read.hasNext()).isFalse();
    }
  }

  @Test
  void driverLines_driverIsNotStartedYet_waitForIt() throws Exception {
    try (Stream<String> lines = application.driverLines()) {
      CompletableFuture<List<String>> read = CompletableFuture.supplyAsync(lines::toList);
      await().until(() -> master.watching() == 1);

      master.write("hello\n");
      master.become(ApplicationState.RUNNING);
      await().until(() -> master.reading() == 1);
      master.endLog();

      assertThat(get(read)).containsExactly("hello");
    }
  }

  @Test
  void driverLines_driverNeverRan_areNone() {
    master.become(ApplicationState.FAILED);

    assertThat(application.driverLines()).isEmpty();
  }

  @Test
  void close_whateverIsUnderWay_failsAndNoThreadIsLeft() throws Exception {
    master.write("line\n");
    Predicate<Thread> ours = threadsOfNow().negate();
    SlipwayClient closing = SlipwayClient.connect(List.of(master.address()), FakeSubmissions.TOKEN);
    ApplicationHandle handle = closing.handle(FakeSubmissions.APPLICATION);
    CompletableFuture<ApplicationReport> outcome = handle.outcome();
    Thread[] unused = new Thread[1];
    CompletableFuture<Throwable> awaiting = failing(handle::await, unused);
    CompletableFuture<Throwable> events =
        failing(() -> handle.events().forEach(event -> {}), unused);
    CompletableFuture<Throwable> lines =
        failing(() -> closing.lines(DRIVER.following()).forEach(line -> {}), unused);
    Collector<ApplicationEvent> subscriber = new Collector<>(Long.MAX_VALUE);
    handle.eventPublisher().subscribe(subscriber);
    Iterator<String> abandoned = closing.lines(DRIVER.following()).iterator();
    assertThat(abandoned.next()).isEqualTo("line");
    await().until(() -> master.watching() == 4 && master.reading() == 2);
    master.silent = true;
    CompletableFuture<ApplicationHandle> submission = closing.submitAsync(COMMAND);
    await().until(() -> !master.submissions.isEmpty());

    closing.close();

    for (CompletableFuture<?> future : List.of(outcome, submission)) {
      assertKind(SlipwayException.Kind.CLOSED, () -> get(future));
    }
    for (CompletableFuture<Throwable> thrown : List.of(awaiting, events, lines)) {
      Throwable failure = get(thrown);
      assertKind(
          SlipwayException.Kind.CLOSED,
          () -> {
            throw failure;
          });
    }
    Throwable told = get(subscriber.failure);
    assertKind(
        SlipwayException.Kind.CLOSED,
        () -> {
          throw told;
        });
    assertKind(SlipwayException.Kind.CLOSED, abandoned::hasNext);
    assertKind(SlipwayException.Kind.CLOSED, () -> closing.kill("app"));
    assertKind(SlipwayException.Kind.CLOSED, () -> closing.lines(DRIVER).count());
    assertKind(SlipwayException.Kind.CLOSED, () -> get(closing.submitAsync(COMMAND)));
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(ours)
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("slipway-")));
  }

  private static Predicate<Thread> threadsOfNow() {
    return Set.copyOf(Thread.getAllStackTraces().keySet())::contains;
  }
}
