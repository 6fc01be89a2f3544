package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.proto.driver.v1.TaskOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** The board at moments that a real executor can't be brought to. */
class TaskBoardTest {
  private final TaskBoard board = new TaskBoard(List::of, new TaskCounts(), new ExecutorArrivals());
  private final FakeOut out = new FakeOut();
  private final ExecutorStream stream = new ExecutorStream(1, "default", 2, "host", out);

  /** An executor that takes everything and says nothing. */
  private static final class FakeOut extends ServerCallStreamObserver<RunTasksResponse> {
    private final List<RunTasksResponse> messages = new ArrayList<>();
    private int closed;

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void onNext(RunTasksResponse message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      closed++;
    }

    @Override
    public void onCompleted() {
      closed++;
    }
  }

  private TaskFuture<Object> submit() {
    return board.submit(TaskPayload.named("a.Task", new byte[0]), ResultReader.constant(null));
  }

  private void connect(int credits) {
    board.attach(stream);
    board.receive(stream, RunTasksRequest.newBuilder().setCredits(credits).build());
  }

  @Test
  void end_executorIsLostMeanwhile_terminates() {
    connect(2);
    TaskFuture<Object> first = submit();
    TaskFuture<Object> second = submit();
    first.whenDone(() -> board.lose(stream, "was lost"));

    board.end(new SessionClosedException("closed"));

    assertThat(second.isDone()).isTrue();
    assertThat(board.waitingTasks()).isZero();
    assertThat(board.isTerminated()).isTrue();
  }

  @Test
  void cancel_sentTask_isInterruptedOrWithdrawn() {
    connect(2);
    TaskFuture<Object> first = submit();
    TaskFuture<Object> second = submit();

    first.cancel(true);
    second.cancel(false);

    int count = out.messages.size();
    assertThat(out.messages.get(count - 2).getCancelledTaskIdsList()).containsExactly(first.id());
    assertThat(out.messages.get(count - 1).getWithdrawnTaskIdsList()).containsExactly(second.id());
  }

  @Test
  void cancel_manyWaiting_theOthersStillGetTheirTurn() {
    TaskFuture<Object> first = submit();
    List<TaskFuture<Object>> cancelled = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      cancelled.add(submit());
    }
    TaskFuture<Object> last = submit();

    cancelled.forEach(task -> task.cancel(false));
    assertThat(board.waitingTasks()).isEqualTo(2);
    connect(5);

    assertThat(out.messages.stream().flatMap(message -> message.getTasksList().stream()))
        .extracting(TaskOrder::getTaskId)
        .containsExactly(first.id(), last.id());
  }

  @Test
  void lose_asOftenAsATaskMayLoseItsExecutor_failsTheTask() {
    TaskFuture<Object> task = submit();

    for (int number = 1; number <= SlipwayExecutor.MAXIMUM_LOSSES; number++) {
      assertThat(task.isDone()).isFalse();
      ExecutorStream next = new ExecutorStream(number, "default", 1, "host", new FakeOut());
      board.attach(next);
      board.receive(next, RunTasksRequest.newBuilder().setCredits(1).build());
      board.lose(next, "was lost");
    }

    assertThatThrownBy(task::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ExecutorLostException.class)
        .hasMessageContaining("10 executors were lost")
        .hasMessageContaining("executor 10 on host");
    assertThat(board.waitingTasks()).isZero();
  }

  @Test
  void leave_afterTheMastersSaidThatItHasEnded_closesTheCallOnce() {
    connect(1);
    board.executorEnded(1);

    board.leave(stream);

    assertThat(out.closed).isEqualTo(1);
    assertThat(board.connectedExecutors()).isZero();
  }
}
