package io.slipway.client;

import io.slipway.model.HostPort;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.NettyStart;
import io.slipway.rpc.Patience;
import io.slipway.rpc.TokenSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a client and those that differ in their time-out share, with all that has a thread. Safe for
 * use by several threads.
 */
final class Connection implements AutoCloseable {
  private final List<HostPort> masters;
  private final Channels channels;
  private final LeaderChannel leader;
  private final Set<LogInputStream> logs = ConcurrentHashMap.newKeySet();
  private final Set<CompletableFuture<?>> submissions = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Connects with the first call. */
  Connection(List<HostPort> masters, String token, Duration patience) {
    this.masters = List.copyOf(masters);
    NettyStart.prepare();
    this.channels = new Channels("slipway-client");
    this.leader =
        new LeaderChannel(
            channels,
            LeaderChannel.Settings.of(masters, TokenSource.of(token), Patience.of(patience)));
  }

  List<HostPort> masters() {
    return masters;
  }

  LeaderChannel leader() {
    return leader;
  }

  /** Begins to read a log. */
  LogInputStream openLog(LogQuery query) {
    LogInputStream log = new LogInputStream(leader, query, logs::remove);
    logs.add(log);
    log.begin();
    if (closed.get()) {
      log.abort(closedException());
    }
    return log;
  }

  /** Reads and sends files on a thread of its own. */
  <T> CompletableFuture<T> inBackground(Callable<T> work) {
    CompletableFuture<T> submission = Calls.onThread("slipway-submit", work);
    submissions.add(submission);
    submission.whenComplete((done, failure) -> submissions.remove(submission));
    if (closed.get()) {
      submission.completeExceptionally(closedException());
    }
    return submission;
  }

  private static SlipwayException closedException() {
    return new SlipwayException(
        SlipwayException.Kind.CLOSED, "", "the client has been closed", null);
  }

  /** Ends all that is under way, with its threads. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    logs.forEach(log -> log.abort(closedException()));
    submissions.forEach(each -> each.completeExceptionally(closedException()));
    leader.close();
    channels.close();
  }
}
