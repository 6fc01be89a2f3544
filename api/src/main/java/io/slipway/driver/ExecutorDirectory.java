package io.slipway.driver;

import io.slipway.model.ApplicationId;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the masters have told of a session's executors. Safe for use by several threads. */
final class ExecutorDirectory {
  private static final Ending NOT_HEARD =
      Ending.lost("it ended while no master was heard; how is not known here");

  private final ApplicationId application;
  private final Map<Integer, ExecutorView> alive = new TreeMap<>();
  private final BitSet ended = new BitSet();
  private String waitingReason = "";

  ExecutorDirectory(ApplicationId application) {
    this.application = application;
  }

  /**
   * An executor that has ended.
   *
   * @param executor what was known of it
   * @param ending how; lost if that was not told
   */
  record Ended(ExecutorView executor, Ending ending) {}

  /** Takes in an answer; returns those that have ended by it. */
  synchronized List<Ended> apply(WatchExecutorsResponse answer) {
    List<Ended> newlyEnded = new ArrayList<>();
    Set<Integer> told = new HashSet<>();
    for (ExecutionInfo info : answer.getExecutorsList()) {
      ExecutionId id;
      ExecutionState state;
      try {
        id = ExecutionId.parse(info.getExecutionId());
        state = StateMessages.toModel(info.getPhase(), "phase");
      } catch (IllegalArgumentException | Refusal newerThanWeAre) {
        continue;
      }
      told.add(id.number());
      ExecutorView view = new ExecutorView(id, state, info.getWorkerId(), info.getHost(), 0, false);
      if (state.isFinal()) {
        end(view, ending(info), newlyEnded);
      } else if (!ended.get(id.number())) {
        alive.put(id.number(), view);
      }
    }
    if (answer.getSnapshot()) {
      for (ExecutorView view : List.copyOf(alive.values())) {
        if (!told.contains(view.number())) {
          end(view.ended(), NOT_HEARD, newlyEnded);
        }
      }
    }
    waitingReason = waitingReason(answer);
    return newlyEnded;
  }

  private void end(ExecutorView view, Ending ending, List<Ended> newlyEnded) {
    alive.remove(view.number());
    if (!ended.get(view.number())) {
      ended.set(view.number());
      newlyEnded.add(new Ended(view, ending));
    }
  }

  private static Ending ending(ExecutionInfo info) {
    try {
      return TerminationMessages.toModel(info.getTermination(), "termination");
    } catch (Refusal newerThanWeAre) {
      return NOT_HEARD;
    }
  }

  private static String waitingReason(WatchExecutorsResponse answer) {
    return answer.getImpossibleList().isEmpty()
        ? answer.getWaitingReason()
        : answer.getImpossible(0).getProfile() + ": " + answer.getImpossible(0).getReason();
  }

  synchronized boolean hasEnded(int number) {
    return ended.get(number);
  }

  synchronized String waitingReason() {
    return waitingReason;
  }

  /** One that is connected. */
  synchronized ExecutorView connected(int number, String host, int cores) {
    ExecutorView known = alive.get(number);
    return new ExecutorView(
        application.executor(number),
        ExecutionState.RUNNING,
        known == null ? "" : known.workerId(),
        known == null || known.host().isEmpty() ? host : known.host(),
        cores,
        true);
  }

  /** All that have not ended, with what their connections tell. */
  List<ExecutorView> views(TaskBoard board) {
    Map<Integer, ExecutorView> views;
    synchronized (this) {
      views = new TreeMap<>(alive);
    }
    board.forEachStream(
        stream ->
            views.put(stream.number(), connected(stream.number(), stream.host(), stream.cores())));
    return List.copyOf(views.values());
  }
}
