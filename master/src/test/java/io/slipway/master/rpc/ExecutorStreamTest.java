package io.slipway.master.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.master.Samples;
import io.slipway.master.decide.Fencing;
import io.slipway.master.decide.Request;
import io.slipway.master.journal.InMemoryJournal;
import io.slipway.master.loop.Chance;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.loop.Effects;
import io.slipway.master.loop.LoopSettings;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.FakeClock;
import io.slipway.model.NanoClock;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a driver is told of its executors, over a loop with a journal in memory. */
class ExecutorStreamTest {
  private final ClusterLoop loop =
      new ClusterLoop(
          InMemoryJournal.committingAtOnce(),
          new NoEffects(),
          new FakeClock(),
          Chance.system(),
          LoopSettings.DEFAULT,
          Runnable::run,
          (message, cause) -> {});
  private final CountedTimers timers = new CountedTimers();
  private final RecordingCall call = new RecordingCall();

  @BeforeEach
  void start() throws Exception {
    loop.start();
    await().until(() -> loop.standing().leads());
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void changes_whileExecutorsAreWaitedFor_askWhyOnOneTimer() throws Exception {
    ApplicationId id = waitingForExecutors();
    ExecutorStream stream = stream(id);
    stream.begin();
    await().until(() -> timers.pending.get() > 0);

    for (int i = 1; i <= 20; i++) {
      setTarget(id, i, 10 + i);
    }

    await().untilAsserted(() -> assertThat(call.last().getWaitingReason()).isNotEmpty());
    await().untilAsserted(() -> assertThat(timers.pending).hasValue(1));
  }

  @Test
  void defect_inTelling_endsTheStreamWithAnError() throws Exception {
    ApplicationId id = waitingForExecutors();
    call.broken = true;

    stream(id).begin();

    await().until(call.error::isDone);
    assertThat(call.error.join()).hasMessage("broken");
  }

  private ExecutorStream stream(ApplicationId id) {
    return new ExecutorStream(loop, id, 1, call, timers, Runnable::run);
  }

  private ApplicationId waitingForExecutors() throws Exception {
    ApplicationId id =
        ask(Samples.submit("r", Samples.client(Samples.profile(1, 2, 0)))).application();
    ask(new Request.RenewLease(id, 1, "", false));
    return id;
  }

  private void setTarget(ApplicationId id, long number, int total) throws Exception {
    TreeMap<String, ExecutorTarget> targets = new TreeMap<>();
    targets.put(Samples.profile(1, 2, 0).name(), ExecutorTarget.of(total));
    ask(
        new Request.SetExecutorTargets(
            id, 1, number, targets, OptionalInt.empty(), Collections.emptySortedSet()));
  }

  private <R> R ask(Request<R> request) throws Exception {
    return loop.ask(request).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** Timers that never fire; counts those that wait. */
  private static final class CountedTimers implements NanoClock {
    final AtomicInteger pending = new AtomicInteger();

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      pending.incrementAndGet();
      return pending::decrementAndGet;
    }
  }

  private static final class RecordingCall
      extends ServerCallStreamObserver<WatchExecutorsResponse> {
    final List<WatchExecutorsResponse> messages = new CopyOnWriteArrayList<>();
    final CompletableFuture<Throwable> error = new CompletableFuture<>();
    volatile boolean broken;

    WatchExecutorsResponse last() {
      return messages.isEmpty()
          ? WatchExecutorsResponse.getDefaultInstance()
          : messages.get(messages.size() - 1);
    }

    @Override
    public void onNext(WatchExecutorsResponse message) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      messages.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      error.complete(failure);
    }

    @Override
    public void onCompleted() {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }

  private static final class NoEffects implements Effects {
    @Override
    public void leading(Fencing fencing) {}

    @Override
    public void deposed() {}

    @Override
    public void launch(Fencing f, Execution execution, Application application, Worker worker) {}

    @Override
    public void stop(Fencing fencing, Execution execution, Worker worker) {}

    @Override
    public void settled(ExecutionId execution) {}

    @Override
    public void workerChanged(Worker worker) {}
  }
}
