package io.slipway.master.effects;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Channels;
import io.slipway.rpc.Refusal;
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
        Open fresh =
            new Open(address, CompletableFuture.supplyAsync(() -> connect(address), blocking));
        found = fresh;
        open.put(worker, fresh);
        fresh
            .channel()
            .exceptionally(
                failure -> {
                  forget(worker, fresh);
                  return null;
                });
      }
    }
    stale.ifPresent(this::close);
    return found.channel();
  }

  private ManagedChannel connect(HostPort address) {
    if (address.resolve().isUnresolved()) {
      // A channel would never look its name up again.
      throw Refusal.of(
          Status.Code.UNAVAILABLE,
          Reason.REASON_WORKER_UNREACHABLE,
          "the host of " + address + " is not known here");
    }
    return channels.open(address, tokens);
  }

  private void forget(WorkerId worker, Open failed) {
    synchronized (open) {
      open.remove(worker, failed);
    }
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
