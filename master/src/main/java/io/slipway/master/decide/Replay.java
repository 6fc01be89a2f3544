package io.slipway.master.decide;

import com.google.protobuf.ByteString;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Decision;
import io.slipway.master.state.Round;
import io.slipway.master.state.RoundCodec;
import io.slipway.master.state.StateFormatException;
import java.util.List;
import java.util.Optional;

/**
 * Decides committed rounds again, from their facts, and compares: within one build the decisions
 * must be the same; between builds the differences show what a change does. Whatever they are, the
 * state goes on with what was recorded.
 */
public final class Replay {
  private final ClusterState state;
  private final Scheduler scheduler;

  /** Begins from a state, with nothing that could be undone. */
  public Replay(ClusterState state) {
    this.state = state;
    this.scheduler = new Scheduler(state);
  }

  /** A round whose decisions would be others today. */
  public record Difference(Round recorded, List<Decision> today) {}

  /** Replays the next round. */
  public Optional<Difference> next(Round round) throws StateFormatException {
    Deliberation again =
        new Deliberation(
            state, scheduler, new Liveness(), round.term(), round.moment(), round.seed(), 0);
    round.facts().forEach(again::accept);
    again.goOn();
    Optional<ByteString> record = again.conclude();
    List<Decision> today =
        record.isPresent() ? RoundCodec.decode(record.get()).decisions() : List.of();
    state.undo();
    state.apply(round);
    state.forgetUndo();
    return today.equals(round.decisions())
        ? Optional.empty()
        : Optional.of(new Difference(round, today));
  }
}
