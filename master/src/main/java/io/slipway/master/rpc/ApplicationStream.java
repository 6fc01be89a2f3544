package io.slipway.master.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.master.decide.Request;
import io.slipway.master.loop.ClusterLoop;
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
final class ApplicationStream extends WatchStream<WatchApplicationResponse> {
  private final ClusterLoop loop;
  private final ApplicationId id;

  // Used while events are told alone.
  private final SortedMap<ExecutionId, Execution> executions = new TreeMap<>();
  private Optional<Application> application = Optional.empty();
  private Optional<ApplicationInfo> sent = Optional.empty();

  private volatile String waiting = "";

  ApplicationStream(
      ClusterLoop loop,
      ApplicationId id,
      ServerCallStreamObserver<WatchApplicationResponse> call,
      Executor executor) {
    super(loop, id, call, executor);
    this.loop = loop;
    this.id = id;
  }

  @Override
  void on(WatchEvent.Snapshot snapshot) {
    executions.clear();
    application = Optional.of(snapshot.application());
    snapshot.executions().forEach(this::note);
  }

  @Override
  void on(WatchEvent.Changed changed) {
    application = changed.application().or(this::known);
    changed.executions().forEach(this::note);
  }

  @Override
  void afterEvents(boolean any) {
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
    send(WatchApplicationResponse.newBuilder().setApplication(info).build());
    if (row.state().isFinal()) {
      complete();
    }
  }

  private void explain() {
    loop.ask(new Request.ExplainApplication(id))
        .whenComplete(
            (Explanation explanation, Throwable failure) -> {
              if (failure == null) {
                waiting = Explanations.line(explanation);
                wake();
              }
            });
  }
}
