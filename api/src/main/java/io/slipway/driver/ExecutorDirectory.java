package io.slipway.driver;

import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.StateMessages;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the masters have told of a session's executors. Safe for use by several threads. */
final class ExecutorDirectory {
  private final ApplicationId application;
  private final Map<Integer, ExecutorView> alive = new TreeMap<>();
  private final BitSet ended = new BitSet();
  private String waitingReason = "";

  ExecutorDirectory(ApplicationId application) {
    this.application = application;
  }

  /** Takes in an answer; returns the numbers that have ended by it. */
  synchronized List<Integer> apply(WatchExecutorsResponse answer) {
    List<Integer> newlyEnded = new ArrayList<>();
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
      if (state.isFinal()) {
        end(id.number(), newlyEnded);
      } else if (!ended.get(id.number())) {
        alive.put(
            id.number(), new ExecutorView(id, state, info.getWorkerId(), info.getHost(), 0, false));
      }
    }
    if (answer.getSnapshot()) {
      for (int number : List.copyOf(alive.keySet())) {
        if (!told.contains(number)) {
          end(number, newlyEnded);
        }
      }
    }
    waitingReason = waitingReason(answer);
    return newlyEnded;
  }

  private void end(int number, List<Integer> newlyEnded) {
    alive.remove(number);
    if (!ended.get(number)) {
      ended.set(number);
      newlyEnded.add(number);
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

  /** All that have not ended, with what their connections tell. */
  List<ExecutorView> views(TaskBoard board) {
    Map<Integer, ExecutorView> views;
    synchronized (this) {
      views = new TreeMap<>(alive);
    }
    board.forEachStream(
        stream -> {
          ExecutorView known = views.get(stream.number());
          views.put(
              stream.number(),
              new ExecutorView(
                  application.executor(stream.number()),
                  ExecutionState.RUNNING,
                  known == null ? "" : known.workerId(),
                  known == null || known.host().isEmpty() ? stream.host() : known.host(),
                  stream.cores(),
                  true));
        });
    return List.copyOf(views.values());
  }
}
