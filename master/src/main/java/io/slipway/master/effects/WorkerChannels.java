package io.slipway.master.effects;

import io.grpc.ManagedChannel;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.rpc.Channels;
import io.slipway.rpc.TokenSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One connection to each worker, opened when it is needed. Safe for use by several threads; never
 * blocks.
 */
public final class WorkerChannels {
  private record Open(HostPort address, CompletableFuture<ManagedChannel> channel) {}

  private final Channels channels;
  private final TokenSource tokens;
  private final Executor blocking;
  private final Map<WorkerId, Open> open = new HashMap<>();

  /**
   * Opens nothing yet.
   *
   * @param blocking resolves names of hosts
   */
  public WorkerChannels(Channels channels, TokenSource tokens, Executor blocking) {
    this.channels = channels;
    this.tokens = tokens;
    this.blocking = blocking;
  }

  /** The connection to a worker at an address. */
  public CompletableFuture<ManagedChannel> channel(WorkerId worker, HostPort address) {
    Open found;
    Optional<Open> stale = Optional.empty();
    synchronized (open) {
      found = open.get(worker);
      if (found == null || !found.address().equals(address)) {
        stale = Optional.ofNullable(found);
        found =
            new Open(
                address,
                CompletableFuture.supplyAsync(() -> channels.open(address, tokens), blocking));
        open.put(worker, found);
      }
    }
    stale.ifPresent(this::close);
    return found.channel();
  }

  /**
   * A call failed for want of a connection: the next one connects at once, not after a back-off.
   */
  public void retrySoon(WorkerId worker) {
    Open found;
    synchronized (open) {
      found = open.get(worker);
    }
    if (found != null) {
      found.channel().thenAccept(ManagedChannel::resetConnectBackoff);
    }
  }

  /** Closes the connection to a worker, if there is one. */
  public void close(WorkerId worker) {
    Open found;
    synchronized (open) {
      found = open.remove(worker);
    }
    if (found != null) {
      close(found);
    }
  }

  private void close(Open stale) {
    stale.channel().thenAccept(channels::close);
  }
}
