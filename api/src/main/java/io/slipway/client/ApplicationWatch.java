package io.slipway.client;

import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.proto.submission.v1.WatchApplicationRequest;
import io.slipway.proto.submission.v1.WatchApplicationResponse;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Follows one application to its final state, across everything, without a thread of its own. */
final class ApplicationWatch {
  private final LeaderChannel leader;
  private final Consumer<ApplicationReport> watcher;
  private final CompletableFuture<ApplicationReport> outcome = new CompletableFuture<>();
  private volatile String id;
  private volatile ApplicationReport last;
  private volatile CompletableFuture<Void> reading;

  private ApplicationWatch(LeaderChannel leader, String id, Consumer<ApplicationReport> watcher) {
    this.leader = leader;
    this.id = id;
    this.watcher = watcher;
  }

  /**
   * Begins to follow.
   *
   * @param id of the application, or a prefix that no other has
   * @param watcher told the state now and after each change, on the thread of the connections: must
   *     not block
   * @return completes on that thread with the final report, or fails with a {@code Refusal};
   *     cancelling it ends the watch
   */
  static CompletableFuture<ApplicationReport> start(
      LeaderChannel leader, String id, Consumer<ApplicationReport> watcher) {
    ApplicationWatch watch = new ApplicationWatch(leader, id, watcher);
    watch.read();
    watch.outcome.whenComplete(
        (done, failure) -> {
          if (watch.outcome.isCancelled()) {
            watch.reading.cancel(false);
          }
        });
    return watch.outcome;
  }

  private void read() {
    reading =
        leader.followAsync(
            SubmissionServiceGrpc.getWatchApplicationMethod(),
            () -> WatchApplicationRequest.newBuilder().setApplicationId(id).build(),
            this::take,
            Patience.FOREVER);
    reading.whenComplete((done, failure) -> ended(failure));
    if (outcome.isDone()) {
      reading.cancel(false);
    }
  }

  private boolean take(WatchApplicationResponse answer) {
    ApplicationReport report = Wire.report(answer.getApplication());
    // A prefix may come to have several meanings.
    id = report.id().value();
    if (!report.equals(last)) {
      last = report;
      watcher.accept(report);
    }
    return !report.state().isFinal();
  }

  private void ended(Throwable failure) {
    ApplicationReport now = last;
    if (failure != null) {
      outcome.completeExceptionally(failure);
    } else if (now != null && now.state().isFinal()) {
      outcome.complete(now);
    } else if (!outcome.isDone()) {
      read();
    }
  }
}
