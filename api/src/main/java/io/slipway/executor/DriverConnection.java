package io.slipway.executor;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.model.HostPort;
import io.slipway.proto.driver.v1.DriverServiceGrpc;
import io.slipway.proto.driver.v1.RegisterExecutorRequest;
import io.slipway.proto.driver.v1.RegisterExecutorResponse;
import io.slipway.proto.driver.v1.RunTasksRequest;
import io.slipway.proto.driver.v1.RunTasksResponse;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.proto.driver.v1.TaskResult;
import io.slipway.rpc.Channels;
import io.slipway.rpc.TokenSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** One connection to the driver: registration, then one stream of tasks and results. */
final class DriverConnection implements Work.Sink {
  private static final long REGISTER_SECONDS = 30;
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /**
   * How a connection ended.
   *
   * @param connected whether there was a stream
   * @param closed whether the driver needs this executor no more
   * @param refused whether the driver refused this executor
   * @param problem in words
   */
  record End(boolean connected, boolean closed, boolean refused, String problem) {}

  private final ExecutorSettings settings;
  private final HostPort address;
  private final Channels channels;
  private final TaskThreads threads;
  private final ExecutorBroadcasts broadcasts;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private final CreditWindow window;

  // Guarded by this. Whoever holds the lock of the outbox never waits for this one.
  private final Map<Long, Work> held = new HashMap<>();
  private final Map<Long, Work> incomplete = new HashMap<>();
  private boolean connected;

  private volatile boolean closing;
  private volatile ResultOutbox outbox;

  DriverConnection(
      ExecutorSettings settings,
      HostPort address,
      Channels channels,
      TaskThreads threads,
      ExecutorBroadcasts broadcasts) {
    this.settings = settings;
    this.address = address;
    this.channels = channels;
    this.threads = threads;
    this.broadcasts = broadcasts;
    this.window = new CreditWindow(settings.cores());
  }

  /** Connects, works until the stream ends, and cleans up. */
  End run() throws InterruptedException {
    ManagedChannel channel = channels.open(address, TokenSource.of(settings.token()));
    broadcasts.fetchOver(channel);
    try {
      DriverServiceGrpc.DriverServiceStub stub = DriverServiceGrpc.newStub(channel);
      stub.withDeadlineAfter(REGISTER_SECONDS, TimeUnit.SECONDS)
          .registerExecutor(registration(), new Registered(stub));
      while (!end.isDone()) {
        ResultOutbox out = outbox;
        if (out == null) {
          awaitEnd();
        } else {
          out.flushOrWait(threads.hasWaiting() ? BUSY_NANOS : IDLE_NANOS);
          handBack();
        }
      }
      return end.get();
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    } finally {
      threads.abandon(this);
      if (outbox != null) {
        outbox.close();
      }
      channels.close(channel);
    }
  }

  private synchronized void awaitEnd() throws InterruptedException {
    while (!end.isDone() && outbox == null) {
      wait();
    }
  }

  private RegisterExecutorRequest registration() {
    return RegisterExecutorRequest.newBuilder()
        .setApplicationId(settings.id().application().value())
        .setAttempt(settings.attempt())
        .setExecutionId(settings.id().toString())
        .setExecutorNumber(settings.id().number())
        .setProfile(settings.profile())
        .setCores(settings.cores())
        .setHost(settings.host())
        .setProcessId(ProcessHandle.current().pid())
        .build();
  }

  private void ended(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    boolean refused =
        switch (status.getCode()) {
          case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, UNIMPLEMENTED -> true;
          default -> false;
        };
    synchronized (this) {
      boolean finished = closing || status.getCode() == Status.Code.FAILED_PRECONDITION;
      String words =
          status.getDescription() == null
              ? status.getCode().toString()
              : status.getCode() + ": " + status.getDescription();
      end.complete(
          new End(
              connected,
              finished,
              refused,
              (refused ? "refused this executor (" : "can't be reached (") + words + ")"));
    }
    wake();
  }

  private void completed() {
    end.complete(new End(true, true, false, ""));
    wake();
  }

  private synchronized void wake() {
    notifyAll();
    if (outbox != null) {
      outbox.close();
    }
  }

  /** The answer to the registration, which opens the stream. */
  private final class Registered implements StreamObserver<RegisterExecutorResponse> {
    private final DriverServiceGrpc.DriverServiceStub stub;
    private String sessionId;

    Registered(DriverServiceGrpc.DriverServiceStub stub) {
      this.stub = stub;
    }

    @Override
    public void onNext(RegisterExecutorResponse answer) {
      sessionId = answer.getSessionId();
    }

    @Override
    public void onError(Throwable failure) {
      ended(failure);
    }

    @Override
    public void onCompleted() {
      Orders orders = new Orders();
      stub.runTasks(orders);
      synchronized (DriverConnection.this) {
        connected = true;
        orders.out.onNext(
            RunTasksRequest.newBuilder()
                .setSessionId(sessionId)
                .setCredits(window.grant())
                .build());
        outbox = new ResultOutbox(orders.out, DriverConnection.this::creditsFor);
        DriverConnection.this.notifyAll();
      }
    }
  }

  /** What the driver sends; called by one thread at a time, which must not block. */
  private final class Orders implements ClientResponseObserver<RunTasksRequest, RunTasksResponse> {
    private ClientCallStreamObserver<RunTasksRequest> out;

    @Override
    public void beforeStart(ClientCallStreamObserver<RunTasksRequest> stream) {
      out = stream;
      stream.setOnReadyHandler(
          () -> {
            ResultOutbox results = outbox;
            if (results != null) {
              results.ready();
            }
          });
    }

    @Override
    public void onNext(RunTasksResponse message) {
      received(message);
    }

    @Override
    public void onError(Throwable failure) {
      ended(failure);
    }

    @Override
    public void onCompleted() {
      completed();
    }
  }

  private void received(RunTasksResponse message) {
    List<Work> whole = new ArrayList<>(message.getTasksCount());
    List<Work> cancelled = new ArrayList<>();
    List<Work> withdrawn = new ArrayList<>();
    boolean leave;
    if (message.hasOpenBroadcasts()) {
      broadcasts.retain(message.getOpenBroadcasts().getIdsList());
    }
    synchronized (this) {
      for (TaskOrder order : message.getTasksList()) {
        Work work = incomplete.remove(order.getTaskId());
        if (work == null) {
          work = new Work(order, this);
          held.put(work.id(), work);
          window.received();
        }
        work.add(order);
        if (order.getContinued()) {
          incomplete.put(work.id(), work);
        } else {
          whole.add(work);
        }
      }
      addHeld(message.getCancelledTaskIdsList(), cancelled);
      addHeld(message.getWithdrawnTaskIdsList(), withdrawn);
      closing |= message.getClosing();
      leave = closing && held.isEmpty();
    }
    if (!whole.isEmpty()) {
      threads.offer(whole);
    }
    cancelled.forEach(work -> notWanted(work, threads.cancel(work)));
    withdrawn.forEach(work -> notWanted(work, threads.withdraw(work)));
    if (leave) {
      outbox.finish();
    }
  }

  private void addHeld(List<Long> ids, List<Work> found) {
    for (long id : ids) {
      Work work = held.get(id);
      if (work != null) {
        found.add(work);
      }
    }
  }

  private void notWanted(Work work, boolean takenBack) {
    boolean neverBegins = takenBack;
    synchronized (this) {
      neverBegins |= incomplete.remove(work.id()) != null;
    }
    if (neverBegins) {
      report(work, notRun(work), true);
    }
  }

  private static TaskResult notRun(Work work) {
    return TaskResult.newBuilder().setTaskId(work.id()).setCancelled(true).build();
  }

  @Override
  public void finished(Work work, TaskResult result, long nanos) throws InterruptedException {
    window.took(nanos);
    boolean more = threads.hasWaiting();
    report(work, result, more);
    ResultOutbox out = outbox;
    if (!more) {
      out.flush();
    }
    out.holdUp();
  }

  @Override
  public void expired(Work work, TaskResult result) {
    report(work, result, true);
  }

  private void report(Work work, TaskResult result, boolean more) {
    synchronized (this) { // all of it, or another's result would end the stream before this one
      if (held.remove(work.id()) == null) {
        return;
      }
      outbox.add(result, more);
      if (closing && held.isEmpty()) {
        outbox.finish();
      }
    }
  }

  /** Called when results are about to be sent: the credits that go with them. */
  private int creditsFor(int results) {
    for (int i = 0; i < results; i++) {
      window.reported();
    }
    return closing ? 0 : window.grant();
  }

  /** Gives tasks that have waited here for long back to the driver: others may have room. */
  private void handBack() {
    List<Work> back = threads.takeBackWaiting(LONGEST_WAIT_NANOS);
    if (!back.isEmpty()) {
      window.shrink();
      back.forEach(work -> report(work, notRun(work), true));
    }
  }
}
