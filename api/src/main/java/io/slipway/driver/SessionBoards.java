package io.slipway.driver;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The task boards of a session: one for each profile, so that tasks stay with its executors. Safe
 * for use by several threads; nothing in it blocks.
 */
final class SessionBoards {
  private final Supplier<List<Long>> openBroadcasts;
  private final TaskCounts counts = new TaskCounts();
  private final ExecutorArrivals arrivals = new ExecutorArrivals();
  private final Map<String, TaskBoard> boards = new ConcurrentSkipListMap<>();
  private SessionClosedException ended;

  /**
   * Makes them.
   *
   * @param openBroadcasts the broadcasts that have not been closed; must not block
   */
  SessionBoards(Supplier<List<Long>> openBroadcasts) {
    this.openBroadcasts = openBroadcasts;
  }

  /** Where threads wait for executors. */
  ExecutorArrivals arrivals() {
    return arrivals;
  }

  /**
   * The board of a profile. Made when it is asked for first: executors may connect before it is
   * known here which profiles there are.
   */
  TaskBoard of(String profile) {
    TaskBoard board = boards.get(profile);
    return board == null ? make(profile) : board;
  }

  private synchronized TaskBoard make(String profile) {
    return boards.computeIfAbsent(
        profile,
        name -> {
          TaskBoard board = new TaskBoard(openBroadcasts, counts, arrivals);
          if (ended != null) {
            board.end(ended);
          }
          return board;
        });
  }

  /** A broadcast has been closed: executors drop it. */
  void broadcastClosed() {
    boards.values().forEach(TaskBoard::broadcastClosed);
  }

  /** The masters say that an executor has ended; its connection may not know it yet. */
  void executorEnded(int number) {
    boards.values().forEach(board -> board.executorEnded(number));
  }

  /** Ends everything: unfinished tasks fail, executors are told to leave. Idempotent. */
  void end(SessionClosedException reason) {
    synchronized (this) {
      if (ended != null) {
        return;
      }
      ended = reason;
    }
    boards.values().forEach(board -> board.end(reason));
    arrivals.end();
  }

  /** Calls {@code each} for every connected executor; it must not block. */
  void forEachStream(Consumer<ExecutorStream> each) {
    boards.values().forEach(board -> board.forEachStream(each));
  }

  /** How the tasks get on. */
  TaskProgress progress() {
    int waiting = 0;
    int sent = 0;
    for (TaskBoard board : boards.values()) {
      waiting += board.waitingTasks();
      sent += board.sentTasks();
    }
    return counts.progress(waiting, sent);
  }
}
