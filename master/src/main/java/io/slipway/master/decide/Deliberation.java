package io.slipway.master.decide;

import com.google.protobuf.ByteString;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterSettings;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Deadline;
import io.slipway.master.state.Decision;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Moment;
import io.slipway.master.state.Round;
import io.slipway.master.state.RoundWriter;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One round while it is being decided. Facts and decisions are applied to the tables as they come;
 * whoever drives it undoes them if the round is not committed.
 */
public final class Deliberation {
  /** No request is taken once facts, and what may follow from them, are as large as this. */
  private static final int FULL_BYTES = 64 * 1024;

  /** Decisions by rule may be added up to here, by choice up to a little less. */
  private static final int RULES_BYTES = 400 * 1024;

  private static final int CHOICES_BYTES = 320 * 1024;

  /** What may follow by rule from one fact, about: some state changes. */
  private static final int CONSEQUENCES_BYTES = 300;

  private static final int DEADLINES_AT_ONCE = 100;
  private static final int REMOVED_AT_ONCE = 100;

  /** So much cluster time may be lost by a restart while a time limit counts. */
  private static final long NOTED_MILLIS = 10_000;

  /** A lost worker on which nothing runs leaves the state after a day. */
  private static final long LOST_WORKER_KEPT_MILLIS = 24 * 3600 * 1000L;

  private final ClusterState state;
  private final Scheduler scheduler;
  private final Liveness liveness;
  private final long nanos;
  private final RoundWriter record;
  private final LifeCycle lifeCycle;
  private final Handlers handlers;
  private final List<Fact> facts = new ArrayList<>();
  private final long committedMillis;
  private int charge;
  private boolean more;
  private boolean goOn;

  /**
   * Begins a round.
   *
   * @param state with nothing that could be undone
   * @param scheduler over that state
   * @param nanos elapsed time, for leases
   */
  public Deliberation(
      ClusterState state,
      Scheduler scheduler,
      Liveness liveness,
      long term,
      Moment moment,
      long seed,
      long nanos) {
    this.state = state;
    this.scheduler = scheduler;
    this.liveness = liveness;
    this.nanos = nanos;
    long number = state.meta().number() + 1;
    this.committedMillis = state.nowMillis();
    state.begin(term, number, moment);
    this.record = new RoundWriter(term, number, moment, seed, Round.FEATURE_LEVEL);
    this.lifeCycle = new LifeCycle(state, this::decide);
    this.handlers = new Handlers(this, state, scheduler, liveness);
  }

  long nanos() {
    return nanos;
  }

  /** Takes a fact into the round, and applies it. */
  public void accept(Fact fact) {
    int bytes = record.add(fact);
    charge += 3 * bytes + CONSEQUENCES_BYTES;
    facts.add(fact);
    state.apply(fact);
  }

  /** Takes a decision into the round, and applies it; returns about how many bytes it takes. */
  private int decide(Decision decision) {
    int bytes = record.add(decision);
    state.apply(decision);
    return bytes;
  }

  /** Whether the next request must wait for the next round. */
  public boolean full() {
    return charge >= FULL_BYTES;
  }

  /** A place to {@link #rollBack} to. */
  public int mark() {
    record.mark();
    return state.mark();
  }

  /** Drops the facts since the last {@link #mark}. */
  public void rollBack(int mark) {
    state.undoTo(mark);
    record.rollBack();
    while (facts.size() > record.facts()) {
      facts.remove(facts.size() - 1);
    }
  }

  /**
   * Handles a request.
   *
   * @return makes the reply, once the round is decided
   * @throws RequestRefused if it is refused; then {@link #rollBack}
   */
  public <R> Supplier<R> handle(Request<R> request) {
    return handlers.handle(request);
  }

  /**
   * Turns lapsed leases, passed deadlines, and now and then time itself into facts, and forgets
   * what has had its time.
   */
  public void checkTime() {
    if (state.timeLimits() > 0 && state.nowMillis() - committedMillis >= NOTED_MILLIS) {
      accept(new Fact.TimeNoted());
    }
    liveness.check(state, nanos, this::full, this::accept);
    checkDeadlines();
    goOn |= state.oldestFinished().filter(oldest -> !retained(oldest)).isPresent();
  }

  /** The facts that were taken so far. */
  public List<Fact> facts() {
    return Collections.unmodifiableList(facts);
  }

  private void checkDeadlines() {
    int count = 0;
    while (!state.deadlinesByTime().isEmpty()) {
      Deadline first = state.deadlinesByTime().first();
      if (first.atMillis() > state.nowMillis()) {
        return;
      }
      if (count++ == DEADLINES_AT_ONCE) {
        more = true;
        return;
      }
      accept(new Fact.DeadlinePassed(first.key()));
    }
  }

  /** The round before had more to decide than it could hold. */
  public void goOn() {
    goOn = true;
  }

  /**
   * Decides what follows.
   *
   * @return the record; empty if there is nothing to remember, and then what was changed must be
   *     undone
   */
  public Optional<ByteString> conclude() {
    if (facts.isEmpty() && !goOn) {
      return Optional.empty();
    }
    followRules();
    int budget = CHOICES_BYTES - record.bytes();
    if (budget > 0) {
      more |= scheduler.schedule(this::decide, budget);
    } else {
      more = true;
    }
    if (record.isEmpty()) {
      return Optional.empty();
    }
    ByteString bytes = record.finish();
    if (bytes.size() > Round.MAX_BYTES) {
      throw new IllegalStateException("a round of " + bytes.size() + " bytes");
    }
    return Optional.of(bytes);
  }

  /** Whether the next round should begin at once: this one left things undecided. */
  public boolean more() {
    return more;
  }

  private void followRules() {
    facts.forEach(lifeCycle::follow);
    for (ApplicationId id : state.unsettled()) {
      if (record.bytes() > RULES_BYTES) {
        more = true;
        return;
      }
      if (lifeCycle.advance(id)) {
        more = true;
      } else {
        state.settled(id);
      }
    }
    forget();
  }

  private void forget() {
    for (int i = 0; i < REMOVED_AT_ONCE; i++) {
      Application oldest = state.oldestFinished().orElse(null);
      if (oldest == null || retained(oldest)) {
        break;
      }
      decide(new Decision.ApplicationRemoved(oldest.id()));
    }
    Worker lost = state.longestLost().orElse(null);
    if (lost != null
        && lost.since().clusterMillis() + LOST_WORKER_KEPT_MILLIS <= state.nowMillis()
        && state.activeOn(lost.id()).isEmpty()) {
      decide(new Decision.WorkerRemoved(lost.id()));
    }
  }

  /** Whether the oldest application that has finished stays. */
  private boolean retained(Application oldest) {
    ClusterSettings settings = state.meta().settings();
    long finished = oldest.history().get(oldest.history().size() - 1).at().clusterMillis();
    return state.finishedApplications() <= settings.retainedApplications()
        && finished + settings.retention().toMillis() > state.nowMillis();
  }
}
