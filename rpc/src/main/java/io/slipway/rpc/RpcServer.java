package io.slipway.rpc;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.protobuf.services.HealthStatusManager;
import io.slipway.model.HostPort;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open port of ours. Safe for use by several threads. */
public final class RpcServer implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Server server;
  private final HostPort listening;
  private final HostPort advertised;
  private final HealthStatusManager health;
  private final ExecutorService pool;
  private final EventLoopGroup loops;
  private final AtomicBoolean closed = new AtomicBoolean();

  RpcServer(
      Server server,
      HostPort listening,
      HostPort advertised,
      HealthStatusManager health,
      ExecutorService pool,
      EventLoopGroup loops) {
    this.server = server;
    this.listening = listening;
    this.advertised = advertised;
    this.health = health;
    this.pool = pool;
    this.loops = loops;
  }

  /** Where it listens, with the real port. */
  public HostPort listening() {
    return listening;
  }

  /** Under which address others reach it. */
  public HostPort advertised() {
    return advertised;
  }

  /** Tells health checks whether this server does its work now; it does from the start. */
  public void serving(boolean serving) {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Closes the port: calls may end for two seconds, then they are cut off. */
  @Override
  public void close() {
    close(GRACE);
  }

  /** Closes the port: calls may end for so long, then they are cut off. Idempotent. */
  public void close(Duration grace) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    health.enterTerminalState();
    server.shutdown();
    boolean interrupted = false;
    try {
      if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      interrupted = true;
    }
    pool.shutdownNow();
    try {
      // Handlers of calls that were cut off answer still, and that needs the loops.
      if (!interrupted) {
        pool.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    EventLoops.close(loops);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
