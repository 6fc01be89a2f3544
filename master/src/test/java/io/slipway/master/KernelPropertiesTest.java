package io.slipway.master;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Deliberation;
import io.slipway.master.decide.Replay;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.scheduling.PlainScheduler;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Deadline;
import io.slipway.master.state.Decision;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Outcome;
import io.slipway.master.state.Round;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.SnapshotCodec;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationState;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What must hold whatever happens: the properties (a) to (g) of the kernel. */
class KernelPropertiesTest {
  private static final int TRIES = 1000;

  /** One history: random rounds, some of them abandoned. */
  private static final class History {
    final Random random;
    final DecidingCore master = new DecidingCore();
    final RandomRequests requests;

    History(long seed) {
      random = new Random(seed);
      requests = new RandomRequests(random, master.state());
    }

    void tick() {
      int dice = random.nextInt(20);
      if (dice == 0) {
        master.advance(Duration.ofSeconds(15));
      } else if (dice == 1) {
        master.advance(Duration.ofSeconds(90));
      } else {
        master.advance(Duration.ofMillis(random.nextInt(3000)));
      }
    }

    Deliberation deliberate() {
      Deliberation round = master.begin();
      for (int i = random.nextInt(4); i >= 0; i--) {
        int mark = round.mark();
        try {
          round.handle(requests.next()).get();
        } catch (RequestRefused refused) {
          round.rollBack(mark);
        }
      }
      return round;
    }

    void run(int rounds) {
      for (int i = 0; i < rounds; i++) {
        tick();
        master.commit(deliberate());
      }
    }

    List<Round> rounds() throws IOException {
      List<Round> rounds = new ArrayList<>();
      for (ByteString record : master.records()) {
        rounds.add(RoundCodec.decode(record));
      }
      return rounds;
    }
  }

  @Property(tries = TRIES)
  void abandonedRound_leavesTheStateOfTheLastCommit(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 15) int rounds) {
    History history = new History(seed);
    for (int i = 0; i < rounds; i++) {
      history.tick();
      if (history.random.nextInt(3) == 0) {
        Set<Object> before = DecidingCore.rows(history.master.state());
        history.master.abandon(history.deliberate());
        assertThat(DecidingCore.rows(history.master.state())).isEqualTo(before);
      } else {
        history.master.commit(history.deliberate());
      }
    }
    assertThat(differences(history)).isEmpty();
  }

  @Property(tries = TRIES)
  void followerFedWithRecords_equalsTheLeader(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 15) int rounds) throws IOException {
    History history = new History(seed);
    history.run(rounds);

    ClusterState follower = new ClusterState();
    for (Round round : history.rounds()) {
      follower.apply(round);
      follower.forgetUndo();
    }

    assertThat(DecidingCore.rows(follower)).isEqualTo(DecidingCore.rows(history.master.state()));
  }

  @Property(tries = TRIES)
  void snapshotAndTail_equalReplayFromTheStart(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 15) int rounds,
      @ForAll @IntRange(min = 0, max = 100) int percent)
      throws IOException {
    History history = new History(seed);
    history.run(rounds);
    List<Round> all = history.rounds();
    int cut = all.size() * percent / 100;
    ClusterState first = new ClusterState();
    all.subList(0, cut).forEach(first::apply);
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    SnapshotCodec.write(first.rows(), snapshot);

    ClusterState second = new ClusterState();
    second.restore(SnapshotCodec.read(new ByteArrayInputStream(snapshot.toByteArray())));
    assertThat(DecidingCore.rows(second)).isEqualTo(DecidingCore.rows(first));
    Replay replay = new Replay(second);

    for (Round round : all.subList(cut, all.size())) {
      assertThat(replay.next(round)).isEmpty();
    }
    assertThat(DecidingCore.rows(second)).isEqualTo(DecidingCore.rows(history.master.state()));
  }

  @Property(tries = TRIES)
  void recordedDecisions_areMadeAgain(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 15) int rounds) {
    History history = new History(seed);
    history.run(rounds);

    assertThat(differences(history)).isEmpty();
  }

  private static List<Replay.Difference> differences(History history) {
    List<Replay.Difference> differences = new ArrayList<>();
    Replay replay = new Replay(new ClusterState());
    try {
      for (Round round : history.rounds()) {
        replay.next(round).ifPresent(differences::add);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return differences;
  }

  @Property(tries = TRIES)
  void scheduler_decidesWhatAPlainOneDoes(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 15) int rounds) throws IOException {
    History history = new History(seed);
    history.run(rounds);

    ClusterState state = new ClusterState();
    for (Round round : history.rounds()) {
      state.begin(round.term(), round.number(), round.moment());
      round.facts().forEach(state::apply);
      List<Decision> placed = new ArrayList<>();
      for (Decision decision : round.decisions()) {
        if (decision instanceof Decision.Placed || decision instanceof Decision.Admitted) {
          placed.add(decision);
        } else {
          assertThat(placed).isEmpty();
          state.apply(decision);
        }
      }
      assertThat(new PlainScheduler(state).schedule()).isEqualTo(placed);
      state.forgetUndo();
    }
  }

  @Property(tries = TRIES)
  void refusedRoundAndTheNextOneTaken_isDeadEverywhere(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 8) int rounds) throws IOException {
    History history = new History(seed);
    history.run(rounds);
    List<Round> all = history.rounds();
    int refused = new Random(seed).nextInt(all.size());

    ClusterState follower = new ClusterState();
    for (int i = 0; i < all.size(); i++) {
      if (i != refused && all.get(i).number() == follower.meta().number() + 1) {
        follower.apply(all.get(i));
      }
    }

    assertThat(follower.meta().number()).isEqualTo(refused);
  }

  @Property(tries = TRIES)
  void invariants_holdAfterEveryRound(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int rounds) {
    History history = new History(seed);
    for (int i = 0; i < rounds; i++) {
      history.tick();
      history.master.commit(history.deliberate());
      checkInvariants(history.master.state());
    }
  }

  /** Nothing runs on over its limit, and a limit ends nothing before. */
  private static void checkLimit(ClusterState state, Application row, Duration limit) {
    OptionalLong ran =
        row.history().stream()
            .filter(change -> change.state() == ApplicationState.RUNNING)
            .mapToLong(change -> change.at().clusterMillis())
            .findFirst();
    boolean passed = ran.isPresent() && ran.getAsLong() + limit.toMillis() <= state.nowMillis();
    boolean counts =
        state.deadline(new Deadline.Key(Deadline.Kind.TIME_LIMIT, row.id().value())).isPresent();
    assertThat(counts).as("%s", row).isEqualTo(ran.isPresent() && row.outcome().isEmpty());
    if (passed) {
      assertThat(row.outcome()).as("%s", row).isPresent();
    }
    row.outcome()
        .filter(Outcome::overTime)
        .ifPresent(
            outcome -> {
              assertThat(passed).as("%s", row).isTrue();
              assertThat(outcome.result()).isEqualTo(ApplicationState.FAILED);
            });
  }

  private static void checkInvariants(ClusterState state) {
    for (WorkerId id : state.workerIds()) {
      Worker worker = state.worker(id).orElseThrow();
      Resources sum = Resources.NONE;
      for (Execution execution : state.activeOn(id).values()) {
        sum = sum.plus(execution.reserved());
      }
      assertThat(worker.allocated()).isEqualTo(sum);
      assertThat(worker.registration().capacity().fits(sum)).isTrue();
    }
    for (Application row : state.applicationsBySequence().values()) {
      long drivers =
          state.executionsOf(row.id()).drivers().values().stream()
              .filter(Execution::active)
              .count();
      assertThat(drivers).as("active drivers of %s", row).isLessThanOrEqualTo(1);
      assertThat(row.state().isFinal())
          .as("%s", row)
          .isEqualTo(row.outcome().isPresent() && state.executionsOf(row.id()).over());
      row.maxCores()
          .ifPresent(
              cap -> {
                if (row.targetsVersion().number() == 0) {
                  assertThat(state.executionsOf(row.id()).activeCores())
                      .as("cores of %s", row)
                      .isLessThanOrEqualTo(cap);
                }
              });
      if (row.state() == ApplicationState.RUNNING) {
        assertThat(drivers).isEqualTo(1);
      }
      row.submission().spec().timeLimit().ifPresent(limit -> checkLimit(state, row, limit));
    }
  }
}
