package io.slipway.driver;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.proto.driver.v1.OpenBroadcasts;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.proto.driver.v1.TaskResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One executor's stream of tasks, and what was sent over it. Guarded by the lock of its {@link
 * TaskBoard}.
 */
final class ExecutorStream {
  private static final int MESSAGE_BYTES = 512 << 10;
  private static final int MESSAGE_TASKS = 1_024;

  private static final class Outgoing {
    private final TaskFuture<?> task;
    private final TaskPayload payload;
    private int sent;

    Outgoing(TaskFuture<?> task, TaskPayload payload) {
      this.task = task;
      this.payload = payload;
    }
  }

  private final int number;
  private final String profile;
  private final int cores;
  private final String host;
  private final ServerCallStreamObserver<RunTasksResponse> out;
  private final Map<Long, TaskFuture<?>> sent = new LinkedHashMap<>();
  private final Map<Long, ByteString> partialResults = new HashMap<>();
  private final Deque<Outgoing> outbox = new ArrayDeque<>();
  private final List<Long> cancellations = new ArrayList<>();
  private final List<Long> withdrawals = new ArrayList<>();
  private OpenBroadcasts broadcasts;
  private int credits;
  private long idleSince = System.nanoTime();
  private boolean retired;
  private boolean closing;
  private boolean closingSent;
  private boolean ended;

  ExecutorStream(
      int number,
      String profile,
      int cores,
      String host,
      ServerCallStreamObserver<RunTasksResponse> out) {
    this.number = number;
    this.profile = profile;
    this.cores = cores;
    this.host = host;
    this.out = out;
  }

  int number() {
    return number;
  }

  String profile() {
    return profile;
  }

  int cores() {
    return cores;
  }

  String host() {
    return host;
  }

  /** For people. */
  String where() {
    return "executor " + number + " on " + host;
  }

  boolean hasCredit() {
    return credits > 0 && !closing && !ended && !retired;
  }

  void addCredits(int more) {
    credits = (int) Math.min(Integer.MAX_VALUE, (long) credits + Math.max(0, more));
  }

  /** Tasks for each core, in thousandths: who has the least gets the next. */
  long load() {
    return 1_000L * sent.size() / cores;
  }

  int sentTasks() {
    return sent.size();
  }

  /** Since when it has had no task; {@link DemandScaling.Load#BUSY} if it has one. */
  long idleSince() {
    return sent.isEmpty() ? idleSince : DemandScaling.Load.BUSY;
  }

  /** It is about to be stopped, and gets no more tasks. */
  void retire() {
    retired = true;
  }

  List<TaskFuture<?>> unfinished() {
    return List.copyOf(sent.values());
  }

  void add(TaskFuture<?> task, TaskPayload payload) {
    credits--;
    sent.put(task.id(), task);
    outbox.add(new Outgoing(task, payload));
  }

  /** The task that a result is about, if it is one that was sent over this stream. */
  TaskFuture<?> find(long taskId) {
    return sent.get(taskId);
  }

  /** The task is no longer this executor's. */
  void remove(TaskFuture<?> task) {
    partialResults.remove(task.id());
    TaskFuture<?> unused = sent.remove(task.id());
    idleSince = System.nanoTime();
  }

  /** Keeps a piece of a result. */
  void addPiece(TaskResult piece) {
    partialResults.merge(piece.getTaskId(), piece.getValue(), ByteString::concat);
  }

  /** The whole of a result whose last piece this is. */
  ByteString whole(TaskResult last) {
    ByteString before = partialResults.remove(last.getTaskId());
    return before == null ? last.getValue() : before.concat(last.getValue());
  }

  /** A sent task is not wanted any more: it is interrupted, or does not begin. */
  void cancel(TaskFuture<?> task) {
    cancellations.add(task.id());
  }

  /** A sent task is not wanted any more, unless it has begun. */
  void withdraw(TaskFuture<?> task) {
    withdrawals.add(task.id());
  }

  /** The broadcasts that have not been closed, to be told with what is sent next. */
  void tellBroadcasts(List<Long> open) {
    broadcasts = OpenBroadcasts.newBuilder().addAllIds(open).build();
  }

  /** No more tasks: the executor finishes what it has, and leaves. */
  void beginClosing() {
    closing = true;
  }

  /** The connection is gone. */
  void end() {
    ended = true;
    outbox.clear();
    cancellations.clear();
    withdrawals.clear();
    partialResults.clear();
  }

  /** Breaks the stream from this side, unless it has ended. */
  void breakOff(RuntimeException reason) {
    if (!ended) {
      end();
      out.onError(reason);
    }
  }

  /** Answers the executor's own end of the stream, unless it has been broken off. */
  void complete() {
    if (!ended) {
      end();
      out.onCompleted();
    }
  }

  /** Sends what is ready, as long as the connection takes it; never blocks. */
  void pump() {
    while (!ended && out.isReady()) {
      RunTasksResponse.Builder message = RunTasksResponse.newBuilder();
      int bytes = 0;
      while (!outbox.isEmpty()
          && bytes < MESSAGE_BYTES
          && message.getTasksCount() < MESSAGE_TASKS) {
        Outgoing next = outbox.peek();
        if (next.task.isDone() && next.sent > 0) {
          outbox.remove(); // cancelled between two pieces
          cancellations.add(next.task.id());
          continue;
        }
        TaskOrder order = next.payload.piece(next.task.id(), next.sent);
        message.addTasks(order);
        next.sent += TaskPayload.PIECE_BYTES;
        bytes += order.getSerializedSize();
        if (!order.getContinued()) {
          outbox.remove();
        }
      }
      boolean closeNow = closing && !closingSent && outbox.isEmpty();
      if (message.getTasksCount() == 0
          && cancellations.isEmpty()
          && withdrawals.isEmpty()
          && broadcasts == null
          && !closeNow) {
        return;
      }
      message
          .addAllCancelledTaskIds(cancellations)
          .addAllWithdrawnTaskIds(withdrawals)
          .setClosing(closeNow);
      if (broadcasts != null) {
        message.setOpenBroadcasts(broadcasts);
        broadcasts = null;
      }
      cancellations.clear();
      withdrawals.clear();
      closingSent |= closeNow;
      out.onNext(message.build());
    }
  }
}
