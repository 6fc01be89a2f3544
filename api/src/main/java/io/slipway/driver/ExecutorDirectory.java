package io.slipway.driver;

import io.slipway.model.ApplicationId;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutionInfo;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.StateMessages;
import io.slipway.rpc.mapping.TerminationMessages;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
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

  /**
   * What an answer has told.
   *
   * @param running those that run, whether or not that is new
   * @param ended those that have ended by it
   */
  record News(List<ExecutorView> running, List<Ended> ended) {}

  /** Takes in an answer. */
  synchronized News apply(WatchExecutorsResponse answer) {
    List<ExecutorView> running = new ArrayList<>();
    List<Ended> newlyEnded = new ArrayList<>();
    Set<Integer> told = new HashSet<>();
    for (ExecutionInfo info : answer.getExecutorsList()) {
      ExecutionId id;
      ExecutionState state;
      SortedMap<String, HostPort> ports = new TreeMap<>();
      try {
        id = ExecutionId.parse(info.getExecutionId());
        state = StateMessages.toModel(info.getPhase(), "phase");
        info.getPortsList()
            .forEach(port -> ports.put(port.getName(), HostPort.parse(port.getValue())));
      } catch (IllegalArgumentException | Refusal newerThanWeAre) {
        continue;
      }
      told.add(id.number());
      ExecutorView view =
          new ExecutorView(
              id, info.getProfile(), state, info.getWorkerId(), info.getHost(), ports, 0, false);
      if (state.isFinal()) {
        end(view, ending(info), newlyEnded);
      } else if (!ended.get(id.number())) {
        alive.put(id.number(), view);
        if (state == ExecutionState.RUNNING) {
          running.add(view);
        }
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
    return new News(running, newlyEnded);
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

  /** How many executors of a profile run, as the masters told. */
  synchronized int running(String profile) {
    return (int)
        alive.values().stream()
            .filter(view -> view.profile().equals(profile))
            .filter(view -> view.state() == ExecutionState.RUNNING)
            .count();
  }

  /** One that is connected. */
  synchronized ExecutorView connected(ExecutorStream stream) {
    ExecutorView known = alive.get(stream.number());
    return (known == null
            ? new ExecutorView(
                application.executor(stream.number()),
                stream.profile(),
                ExecutionState.RUNNING,
                "",
                "",
                Collections.emptySortedMap(),
                0,
                false)
            : known)
        .connected(stream.host(), stream.cores());
  }

  /** All that have not ended, with what their connections tell. */
  List<ExecutorView> views(SessionBoards boards) {
    Map<Integer, ExecutorView> views;
    synchronized (this) {
      views = new TreeMap<>(alive);
    }
    boards.forEachStream(stream -> views.put(stream.number(), connected(stream)));
    return List.copyOf(views.values());
  }
}
