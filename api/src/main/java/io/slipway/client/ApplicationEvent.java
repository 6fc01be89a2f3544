package io.slipway.client;

import io.slipway.model.ApplicationState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that became of an application. Each event carries all that was known when it was told.
 * Whoever reads slowly, or is cut off from the masters for a while, is told less: what changed
 * meanwhile is one change.
 */
public sealed interface ApplicationEvent {
  /** The application as it was known then. */
  ApplicationReport application();

  /**
   * Its state is another, or another driver attempt has come into the same one. The first event of
   * a stream is always one of these and tells the state of that moment; the last one tells the
   * final state.
   *
   * @param previous the state that was told before; empty in the first event
   */
  record StateChanged(Optional<ApplicationState> previous, ApplicationReport application)
      implements ApplicationEvent {}

  /** More or fewer executors run, are wanted, or hold cores. */
  record ExecutorsChanged(ApplicationReport application) implements ApplicationEvent {}

  /** Its driver has told how far it is. */
  record ProgressChanged(ApplicationReport application) implements ApplicationEvent {}

  /** Anything else: why it waits, where its driver or its page is, who asked for its end. */
  record DetailsChanged(ApplicationReport application) implements ApplicationEvent {}

  /**
   * What happened from one report to the next; the change of state, if there is one, comes last.
   */
  static List<ApplicationEvent> between(Optional<ApplicationReport> before, ApplicationReport now) {
    if (before.isEmpty()) {
      return List.of(new StateChanged(Optional.empty(), now));
    }
    ApplicationReport last = before.get();
    List<ApplicationEvent> events = new ArrayList<>();
    if (last.executorsRunning() != now.executorsRunning()
        || last.executorsWanted() != now.executorsWanted()
        || last.cores() != now.cores()) {
      events.add(new ExecutorsChanged(now));
    }
    if (!last.progress().equals(now.progress())) {
      events.add(new ProgressChanged(now));
    }
    boolean stateChanged = last.state() != now.state() || last.attempt() != now.attempt();
    if (stateChanged) {
      events.add(new StateChanged(Optional.of(last.state()), now));
    } else if (events.isEmpty() && !last.equals(now)) {
      events.add(new DetailsChanged(now));
    }
    return events;
  }
}
