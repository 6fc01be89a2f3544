package io.slipway.master.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.loop.Watch;
import io.slipway.master.loop.WatchEvent;
import io.slipway.master.scheduling.Explanation;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.ExecutionId;
import io.slipway.proto.submission.v1.ApplicationInfo;
import io.slipway.proto.submission.v1.WatchApplicationResponse;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/** Tells one watcher of an application's states, the newest of those that it can take. */
final class ApplicationStream {
  private final ClusterLoop loop;
  private final ApplicationId id;
  private final ServerCallStreamObserver<WatchApplicationResponse> call;
  private final Signal signal;

  // Used within the signal's task alone.
  private final SortedMap<ExecutionId, Execution> executions = new TreeMap<>();
  private Optional<Application> application = Optional.empty();
  private Optional<ApplicationInfo> sent = Optional.empty();
  private boolean ended;

  private volatile Watch watch;
  private volatile boolean cancelled;
  private volatile String waiting = "";

  ApplicationStream(
      ClusterLoop loop,
      ApplicationId id,
      ServerCallStreamObserver<WatchApplicationResponse> call,
      Executor executor) {
    this.loop = loop;
    this.id = id;
    this.call = call;
    this.signal = new Signal(executor, this::send);
  }

  /** Begins; {@link #ready} and {@link #close} may have been called before. */
  void begin() {
    loop.watch(id, signal::raise)
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                Replies.error(call, failure);
                return;
              }
              watch = opened;
              if (cancelled) {
                opened.close();
              } else {
                signal.raise();
              }
            });
  }

  /** The other side can take more. */
  void ready() {
    signal.raise();
  }

  /** The other side has gone, or all has been said. */
  void close() {
    cancelled = true;
    Watch opened = watch;
    if (opened != null) {
      opened.close();
    }
  }

  private void send() {
    Watch opened = watch;
    if (opened == null || ended || cancelled || !call.isReady()) {
      return;
    }
    for (WatchEvent event : opened.drain()) {
      if (event instanceof WatchEvent.Snapshot snapshot) {
        executions.clear();
        application = Optional.of(snapshot.application());
        snapshot.executions().forEach(this::note);
      } else if (event instanceof WatchEvent.Changed changed) {
        application = changed.application().or(this::known);
        changed.executions().forEach(this::note);
      } else if (event instanceof WatchEvent.Closed closed) {
        ended = true;
        Replies.error(call, closed.reason());
        return;
      }
    }
    application.ifPresent(this::tell);
  }

  private Optional<Application> known() {
    return application;
  }

  private void note(Execution execution) {
    if (execution.active() || execution.isDriver()) {
      executions.put(execution.id(), execution);
    } else {
      executions.remove(execution.id());
    }
  }

  private void tell(Application row) {
    boolean waits = row.state() == ApplicationState.QUEUED;
    ApplicationInfo info =
        RowMessages.application(
            row, RowMessages.Counts.of(executions.values()), waits ? waiting : "");
    if (sent.filter(info::equals).isPresent()) {
      return;
    }
    if (waits && sent.isEmpty()) {
      explain();
    }
    sent = Optional.of(info);
    call.onNext(WatchApplicationResponse.newBuilder().setApplication(info).build());
    if (row.state().isFinal()) {
      ended = true;
      call.onCompleted();
    }
  }

  private void explain() {
    loop.ask(new Request.ExplainApplication(id))
        .whenComplete(
            (Explanation explanation, Throwable failure) -> {
              if (failure == null) {
                waiting = Explanations.line(explanation);
                signal.raise();
              }
            });
  }
}
