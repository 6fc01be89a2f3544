package io.slipway.master.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.slipway.master.DecidingCore;
import io.slipway.master.Samples;
import io.slipway.master.decide.Fencing;
import io.slipway.master.decide.Refusal;
import io.slipway.master.decide.Request;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.journal.InMemoryJournal;
import io.slipway.master.journal.JournalException;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.ExecutionId;
import io.slipway.model.FakeClock;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The loop over a journal that commits by hand: what leaves, and when. */
class ClusterLoopTest {
  private final FakeClock clock = new FakeClock();
  private final List<String> effects = new ArrayList<>();
  private final List<String> fatal = new ArrayList<>();

  private static final class FixedChance implements Chance {
    @Override
    public ByteString bytes(int count) {
      return ByteString.copyFrom(new byte[count]);
    }

    @Override
    public long seed() {
      return 1;
    }

    @Override
    public Instant wallClock() {
      return Instant.parse("2026-11-22T12:00:00Z");
    }
  }

  private final class RecordedEffects implements Effects {
    @Override
    public void leading(Fencing fencing) {
      effects.add("leading " + fencing.term());
    }

    @Override
    public void deposed() {
      effects.add("deposed");
    }

    @Override
    public void launch(Fencing f, Execution execution, Application application, Worker worker) {
      effects.add("launch " + execution.id() + " on " + worker.id() + " " + worker.epoch());
    }

    @Override
    public void stop(Fencing fencing, Execution execution, Worker worker) {
      effects.add("stop " + execution.id());
    }

    @Override
    public void settled(ExecutionId id) {
      effects.add("settled " + id);
    }

    @Override
    public void workerChanged(Worker worker) {
      effects.add("worker " + worker.id() + " " + worker.state());
    }
  }

  private ClusterLoop loop(InMemoryJournal journal, LoopSettings settings) throws JournalException {
    ClusterLoop loop =
        new ClusterLoop(
            journal,
            new RecordedEffects(),
            clock,
            new FixedChance(),
            settings,
            Runnable::run,
            (message, cause) -> fatal.add(message));
    loop.startJournal();
    loop.run();
    return loop;
  }

  private static LoopSettings grouped() {
    LoopSettings alone = LoopSettings.DEFAULT;
    return new LoopSettings(
        alone.cluster(),
        alone.queue(),
        alone.retryAfter(),
        alone.commitWithin(),
        alone.tick(),
        false,
        2);
  }

  private static <R> R now(CompletableFuture<R> future) {
    assertThat(future).isCompleted();
    return future.join();
  }

  private static <R> CompletableFuture<R> ask(ClusterLoop loop, Request<R> request) {
    CompletableFuture<R> reply = loop.ask(request).toCompletableFuture();
    loop.run();
    return reply;
  }

  private static void assertRefused(CompletableFuture<?> reply, Refusal refusal) {
    assertThat(reply).isCompletedExceptionally();
    assertThatThrownBy(reply::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RequestRefused.class, e -> assertThat(e.refusal()).isEqualTo(refusal));
  }

  @Test
  void reply_leavesOnlyOnceItsRoundIsCommitted() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingByHand();
    ClusterLoop loop = loop(journal, LoopSettings.DEFAULT);
    assertThat(loop.standing().leads()).isFalse();
    journal.commit();
    loop.run();
    assertThat(loop.standing().leads()).isTrue();
    assertThat(effects).containsExactly("leading 1");

    CompletableFuture<Request.Submitted> reply = ask(loop, Samples.submit("r", Samples.cluster()));
    CompletableFuture<Request.ApplicationPage> read =
        ask(loop, new Request.ListApplications(new java.util.TreeSet<>(), Optional.empty(), 9, ""));

    assertThat(reply).isNotCompleted();
    assertThat(read).isNotCompleted();
    journal.commit();
    loop.run();
    assertThat(now(reply).application()).isEqualTo(ApplicationId.of("20261122", 1));
    assertThat(now(read).applications()).hasSize(1);
    loop.close();
  }

  @Test
  void orders_followCommittedRows_andAreGivenAgainAfterARestart() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, LoopSettings.DEFAULT);
    ask(loop, Samples.worker("w1", 4));
    ApplicationId id = now(ask(loop, Samples.submit("r", Samples.cluster()))).application();
    assertThat(effects)
        .containsExactly("leading 1", "worker w1 LIVE", "launch " + id + "-d1 on w1 1");
    loop.close();
    effects.clear();

    ClusterLoop again = loop(journal.reopened(), LoopSettings.DEFAULT);

    assertThat(effects).containsExactly("leading 2", "launch " + id + "-d1 on w1 1");
    assertThat(now(ask(again, Samples.submit("r", Samples.cluster()))).repeated()).isTrue();
    ask(again, new Request.KillApplication(id, "bob", Optional.empty()));
    assertThat(effects).contains("stop " + id + "-d1");
    again.close();
  }

  @Test
  void worker_registeringAgain_getsItsOrdersWithTheNewEpoch() throws Exception {
    ClusterLoop loop = loop(InMemoryJournal.committingAtOnce(), LoopSettings.DEFAULT);
    ask(loop, Samples.worker("w1", 4));
    ApplicationId id = now(ask(loop, Samples.submit("r", Samples.cluster()))).application();

    ask(loop, Samples.worker("w1", 4));

    assertThat(effects).endsWith("worker w1 LIVE", "launch " + id + "-d1 on w1 2");
    loop.close();
  }

  @Test
  void refusedRound_ofAMasterAlone_endsIt_andItsRequestIsUnknown() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, LoopSettings.DEFAULT);
    journal.refuse(1);

    CompletableFuture<?> reply = ask(loop, Samples.submit("r", Samples.cluster()));

    assertRefused(reply, Refusal.UNKNOWN);
    assertThat(fatal).hasSize(1);
    loop.close();
  }

  @Test
  void roundThatIsNotCommittedInTime_isAbandoned_andStillTakenWhenItCommits() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingByHand();
    ClusterLoop loop = loop(journal, grouped());
    journal.commit();
    loop.run();
    CompletableFuture<?> reply = ask(loop, Samples.submit("r", Samples.cluster()));

    clock.advance(Duration.ofSeconds(5));
    loop.run();

    assertRefused(reply, Refusal.UNKNOWN);
    assertThat(effects).endsWith("deposed");
    assertThat(loop.core().state().applicationCount()).isZero();
    assertRefused(ask(loop, new Request.DescribeCluster()), Refusal.NOT_LEADER);
    journal.commit();
    loop.run();
    assertThat(loop.core().state().applicationCount()).isEqualTo(1);
    journal.lead(2);
    loop.run();
    journal.commit();
    loop.run();
    assertThat(loop.standing().leads()).isTrue();
    assertThat(fatal).isEmpty();
    loop.close();
  }

  @Test
  void entryOfAnotherTermThanItsRecord_isDead() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingByHand();
    ClusterLoop loop = loop(journal, grouped());
    journal.commit();
    loop.run();
    CompletableFuture<?> reply = ask(loop, Samples.submit("r", Samples.cluster()));

    journal.commitInTerm(7);
    loop.run();

    assertRefused(reply, Refusal.UNKNOWN);
    assertThat(loop.core().state().applicationCount()).isZero();
    loop.close();
  }

  @Test
  void anotherMastersRound_isApplied_andWhatWasInFlightIsUndone() throws Exception {
    InMemoryJournal elsewhere = InMemoryJournal.committingAtOnce();
    ClusterLoop other = loop(elsewhere, grouped());
    InMemoryJournal journal = InMemoryJournal.committingByHand();
    ClusterLoop loop = loop(journal, grouped());
    assertThat(journal.waiting()).isEqualTo(1);

    for (InMemoryJournal.Entry entry : elsewhere.entries()) {
      journal.commitOther(entry.term(), entry.record());
    }
    ask(other, Samples.worker("w1", 4));
    ask(other, Samples.submit("r", Samples.cluster(Samples.profile(1, 2, 1))));
    for (InMemoryJournal.Entry entry : elsewhere.entries().subList(1, 3)) {
      journal.commitOther(entry.term(), entry.record());
    }
    loop.run();

    assertThat(DecidingCore.rows(loop.core().state()))
        .isEqualTo(DecidingCore.rows(other.core().state()));
    loop.close();
    other.close();
  }

  @Test
  void refusedRoundWhoseSuccessorIsTaken_isDeadHereToo() throws Exception {
    InMemoryJournal elsewhere = InMemoryJournal.committingAtOnce();
    ClusterLoop other = loop(elsewhere, grouped());
    ask(other, Samples.worker("w1", 4));
    ask(other, Samples.worker("w2", 4));
    List<InMemoryJournal.Entry> entries = elsewhere.entries();
    InMemoryJournal journal = InMemoryJournal.committingByHand().following();
    ClusterLoop loop = loop(journal, grouped());

    journal.commitOther(1, entries.get(0).record());
    journal.commitOther(1, entries.get(2).record());
    loop.run();

    assertThat(loop.core().state().meta().number()).isEqualTo(1);
    assertThat(loop.core().state().workerIds()).isEmpty();
    loop.close();
    other.close();
  }

  @Test
  void unknownKind_endsTheMasterWithAMessage() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingByHand().following();
    ClusterLoop loop = loop(journal, grouped());
    ByteString strange =
        io.slipway.master.proto.RoundRecord.newBuilder()
            .setTerm(1)
            .setNumber(1)
            .addFacts(io.slipway.master.proto.FactRecord.getDefaultInstance())
            .build()
            .toByteString();

    journal.commitOther(1, strange);
    loop.run();

    assertThat(fatal).singleElement().asString().contains("round 1").contains("newer version");
    loop.close();
  }

  @Test
  void fullQueue_refusesWithADelay() throws Exception {
    LoopSettings small =
        new LoopSettings(
            LoopSettings.DEFAULT.cluster(),
            1,
            Duration.ofMillis(200),
            Duration.ofSeconds(5),
            Duration.ofMillis(250),
            true,
            10);
    ClusterLoop loop = loop(InMemoryJournal.committingAtOnce(), small);
    CompletableFuture<?> first = loop.ask(new Request.DescribeCluster()).toCompletableFuture();

    CompletableFuture<?> second = loop.ask(new Request.DescribeCluster()).toCompletableFuture();

    assertRefused(second, Refusal.OVERLOADED);
    loop.run();
    now(first);
    loop.close();
  }

  @Test
  void notLeading_refusesWithTheLeadersAddress() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, grouped());
    HostPort leader = new HostPort("m2", 7077);

    journal.lose(Optional.of(leader));
    CompletableFuture<?> reply = ask(loop, new Request.DescribeCluster());

    assertRefused(reply, Refusal.NOT_LEADER);
    assertThat(loop.standing().leader()).contains(leader);
    assertThat(effects).endsWith("deposed");
    loop.close();
  }

  @Test
  void snapshotAndTail_bringEverythingBack() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, LoopSettings.DEFAULT);
    ask(loop, Samples.worker("w1", 4));
    ask(loop, Samples.submit("r1", Samples.cluster(Samples.profile(1, 2, 1))));
    journal.wantSnapshot();
    loop.run();
    Awaitility.await().until(journal::hasSnapshot);
    ask(loop, Samples.submit("r2", Samples.cluster()));
    var rows = DecidingCore.rows(loop.core().state());
    loop.close();

    ClusterLoop again = loop(journal.reopened().following(), grouped());

    assertThat(DecidingCore.rows(again.core().state())).isEqualTo(rows);
    again.close();
  }

  @Test
  void silentWorker_isSuspectThenLost_byTheLoopsOwnTimers() throws Exception {
    ClusterLoop loop = loop(InMemoryJournal.committingAtOnce(), LoopSettings.DEFAULT);
    ask(loop, Samples.worker("w1", 4));

    advance(loop, Duration.ofSeconds(11));
    assertThat(stateOf(loop, "w1")).isEqualTo(WorkerState.SUSPECT);
    advance(loop, Duration.ofSeconds(50));
    assertThat(stateOf(loop, "w1")).isEqualTo(WorkerState.LOST);
    loop.close();
  }

  @Test
  void newLeader_givesFullLeases() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, grouped());
    ask(loop, Samples.worker("w1", 4));
    advance(loop, Duration.ofSeconds(9));

    journal.lead(2);
    loop.run();
    advance(loop, Duration.ofSeconds(9));

    assertThat(stateOf(loop, "w1")).isEqualTo(WorkerState.LIVE);
    loop.close();
  }

  private void advance(ClusterLoop loop, Duration time) {
    for (long left = time.toMillis(); left > 0; left -= 250) {
      clock.advance(Duration.ofMillis(250));
      loop.run();
    }
  }

  private static WorkerState stateOf(ClusterLoop loop, String id) {
    return loop.core().state().worker(new WorkerId(id)).orElseThrow().state();
  }

  @Test
  void watch_getsASnapshotThenChanges_andASnapshotAgainAfterAnOverflow() throws Exception {
    ClusterLoop loop = loop(InMemoryJournal.committingAtOnce(), grouped());
    ask(loop, Samples.worker("w1", 9));
    ApplicationId id =
        now(ask(loop, Samples.submit("r", Samples.cluster(Samples.profile(1, 1, 0)))))
            .application();
    CompletableFuture<Watch> opened = loop.watch(id, () -> {}).toCompletableFuture();
    loop.run();
    Watch watch = now(opened);
    assertThat(watch.drain()).singleElement().isInstanceOf(WatchEvent.Snapshot.class);

    report(loop, id.driver(1));
    assertThat(watch.drain())
        .singleElement()
        .isInstanceOfSatisfying(
            WatchEvent.Changed.class,
            changed -> {
              assertThat(changed.application().orElseThrow().state())
                  .isEqualTo(ApplicationState.RUNNING);
              assertThat(changed.executions())
                  .extracting(Execution::id)
                  .containsExactly(id.driver(1), id.executor(1));
            });

    for (int i = 1; i <= 4; i++) {
      ask(
          loop,
          new Request.SetExecutorTargets(
              id, 1, i, new TreeMap<>(), java.util.OptionalInt.empty(), new java.util.TreeSet<>()));
    }
    assertThat(watch.drain()).isEmpty();
    loop.run();
    assertThat(watch.drain()).singleElement().isInstanceOf(WatchEvent.Snapshot.class);
    watch.close();
    loop.close();
  }

  private static void report(ClusterLoop loop, ExecutionId id) {
    ask(
        loop,
        new Request.ReportExecutions(
            new WorkerId("w1"),
            1,
            List.of(new Request.ExecutionReport.Launched(id, new TreeMap<>()))));
  }

  @Test
  void watch_ofNothing_isRefused_andDeposedMasterClosesWatches() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, grouped());
    CompletableFuture<Watch> none =
        loop.watch(ApplicationId.of("20200101", 1), () -> {}).toCompletableFuture();
    ApplicationId id = now(ask(loop, Samples.submit("r", Samples.cluster()))).application();
    assertRefused(none, Refusal.NOT_FOUND);
    CompletableFuture<Watch> opened = loop.watch(id, () -> {}).toCompletableFuture();
    loop.run();

    journal.lose(Optional.empty());
    loop.run();

    assertThat(now(opened).drain()).last().isInstanceOf(WatchEvent.Closed.class);
    loop.close();
  }

  @Test
  void handOver_letsTheRoundCommitAndStepsDown() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingByHand();
    ClusterLoop loop = loop(journal, grouped());
    journal.commit();
    loop.run();
    CompletableFuture<?> reply = ask(loop, Samples.submit("r", Samples.cluster()));
    CompletableFuture<Void> done = loop.handOver().toCompletableFuture();
    loop.run();
    assertThat(done).isNotCompleted();

    journal.commit();
    loop.run();

    now(reply);
    now(done);
    assertThat(loop.standing().leads()).isFalse();
    loop.close();
  }

  @Test
  void records_stayBelowTheLimit_whateverIsSubmittedTogether() throws Exception {
    InMemoryJournal journal = InMemoryJournal.committingAtOnce();
    ClusterLoop loop = loop(journal, LoopSettings.DEFAULT);
    for (int i = 0; i < 200; i++) {
      loop.ask(Samples.worker("w" + i, 64));
    }
    loop.run();
    List<CompletableFuture<?>> replies = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      replies.add(
          loop.ask(Samples.submit("r" + i, Samples.cluster(Samples.profile(1, 900, 300))))
              .toCompletableFuture());
    }
    loop.run();

    replies.forEach(ClusterLoopTest::now);
    for (InMemoryJournal.Entry entry : journal.entries()) {
      assertThat(entry.record().size()).isLessThan(512 * 1024);
      RoundCodec.decode(entry.record());
    }
    assertThat(loop.core().state().executions()).hasSizeGreaterThan(12_000);
    assertThat(fatal).isEmpty();
    loop.close();
  }

  @Test
  void reply_thatCanNotBeMade_costsOnlyItself() throws Exception {
    ClusterLoop loop = loop(InMemoryJournal.committingAtOnce(), LoopSettings.DEFAULT);
    for (String name : List.of("w1", "w2")) {
      now(ask(loop, Samples.worker(name, new Resources(1, Long.MAX_VALUE))));
    }

    CompletableFuture<Request.ClusterView> sums = ask(loop, new Request.DescribeCluster());

    assertRefused(sums, Refusal.INTERNAL);
    assertThat(fatal).isEmpty();
    assertThat(now(ask(loop, Samples.submit("r", Samples.cluster()))).repeated()).isFalse();
    loop.close();
  }

  @Test
  void thread_ofItsOwn_answers() throws Exception {
    ClusterLoop loop =
        new ClusterLoop(
            InMemoryJournal.committingAtOnce(),
            new RecordedEffects(),
            clock,
            Chance.system(),
            LoopSettings.DEFAULT,
            Runnable::run,
            (message, cause) -> fatal.add(message));
    loop.start();
    try {
      Awaitility.await().until(() -> loop.standing().leads());
      Request.Submitted reply =
          loop.ask(Samples.submit("r", Samples.cluster())).toCompletableFuture().join();
      assertThat(reply.repeated()).isFalse();
    } finally {
      loop.close();
    }
  }
}
