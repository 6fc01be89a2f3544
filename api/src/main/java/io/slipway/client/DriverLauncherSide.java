package io.slipway.client;

import io.slipway.model.ApplicationId;
import io.slipway.model.Ending;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.application.v1.RenewLeaseRequest;
import io.slipway.proto.application.v1.RenewLeaseResponse;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.NettyStart;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.TokenSource;
import io.slipway.rpc.mapping.Fields;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What is owed to the masters by whoever launches a driver in client mode: its lease is renewed
 * while it lives, it is stopped when that is asked for, and its end is reported until that is
 * recorded. Knows nothing of processes. Safe for use by several threads.
 */
public final class DriverLauncherSide implements AutoCloseable {
  private static final Duration ATTEMPT = Duration.ofSeconds(5);

  private final ApplicationId application;
  private final Duration lostAfter;
  private final Channels channels;
  private final LeaderChannel leader;
  private final Consumer<String> stopRequested;
  private final Thread renewer;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final String holder = UUID.randomUUID().toString();
  private final CompletableFuture<Void> taken = new CompletableFuture<>();
  private final Semaphore news = new Semaphore(0);
  private volatile Duration lease;
  private volatile OptionalLong startedNanos = OptionalLong.empty();

  private DriverLauncherSide(
      List<HostPort> masters,
      ApplicationId application,
      ApplicationHandle.ClientModeGrant grant,
      Duration lostAfter,
      Consumer<String> stopRequested) {
    this.application = application;
    this.lostAfter = lostAfter;
    this.lease = grant.lease();
    this.stopRequested = stopRequested;
    NettyStart.prepare();
    this.channels = new Channels("slipway-lease-io");
    this.leader =
        new LeaderChannel(
            channels,
            new LeaderChannel.Settings(
                masters, TokenSource.of(grant.token()), Patience.FOREVER, ATTEMPT, trouble -> {}));
    this.renewer = new Thread(this::renew, "slipway-lease");
    renewer.setDaemon(true);
  }

  /**
   * Begins to take the lease and to renew it, on a thread of its own. Before the driver is started
   * {@link #awaitLease} says whether it may be; as soon as its process runs {@link #started} is
   * called.
   *
   * @param application what {@link SlipwayClient#submit} answered
   * @param grant what it answered besides
   * @param lostAfter of the application's spec
   * @param stopRequested called at most once, on the renewing thread, with the reason in words,
   *     when the driver shall end: it was asked for, or the masters take the application for lost
   *     or know it no more. The lease is renewed all the same. Must not block
   */
  public static DriverLauncherSide start(
      List<HostPort> masters,
      ApplicationId application,
      ApplicationHandle.ClientModeGrant grant,
      Duration lostAfter,
      Consumer<String> stopRequested) {
    DriverLauncherSide side =
        new DriverLauncherSide(masters, application, grant, lostAfter, stopRequested);
    side.renewer.start();
    return side;
  }

  /**
   * Waits until this side has the driver's lease: nobody else starts the driver then. If the
   * application is to end already, that has been told before this returns.
   *
   * @throws SlipwayException if somebody else has it: start nothing, and report nothing
   */
  public void awaitLease() throws InterruptedException {
    try {
      taken.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw Wire.exception(refusal);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** The driver's process runs from now on: its application becomes RUNNING. */
  public void started() {
    startedNanos = OptionalLong.of(System.nanoTime());
    news.release();
  }

  private void renew() {
    boolean told = false;
    try {
      while (true) {
        RenewLeaseResponse answer =
            leader.call(
                ApplicationServiceGrpc.getRenewLeaseMethod(),
                RenewLeaseRequest.newBuilder()
                    .setHolder(holder)
                    .setStarting(startedNanos.isEmpty())
                    .build());
        if (answer.hasLease()) {
          lease = Wire.duration(answer.getLease());
        }
        if (answer.getStopRequested() && !told) {
          told = true;
          stopRequested.accept(
              answer.getStoppedBy().isEmpty() ? "stopped by request" : answer.getStoppedBy());
        }
        taken.complete(null);
        if (news.tryAcquire(Math.max(1, lease.toNanos() / 3), TimeUnit.NANOSECONDS)) {
          news.drainPermits();
        }
      }
    } catch (InterruptedException closed) {
      taken.cancel(false);
    } catch (Refusal refusal) {
      if (!taken.completeExceptionally(refusal) && !told) {
        stopRequested.accept(application + ": " + refusal.getMessage());
      }
    }
  }

  /**
   * Reports the driver's end, again until it is recorded, for the application's lost-after at most;
   * ends the renewals. Idempotent.
   *
   * @return empty text if it is recorded; else why it could not be, in words
   */
  public String finish(Ending ending) throws InterruptedException {
    return finish(ending, lostAfter);
  }

  /** The same, but for so long at most. */
  public String finish(Ending ending, Duration atMost) throws InterruptedException {
    FinishApplicationRequest.Builder request =
        FinishApplicationRequest.newBuilder().setTermination(Wire.termination(ending));
    startedNanos.ifPresent(
        since -> request.setRunTime(Fields.toProto(Duration.ofNanos(System.nanoTime() - since))));
    renewer.interrupt();
    try {
      leader.call(
          ApplicationServiceGrpc.getFinishApplicationMethod(),
          request.build(),
          Patience.of(atMost));
      return "";
    } catch (Refusal refusal) {
      return String.valueOf(refusal.getMessage());
    }
  }

  /** Ends the renewals and drops the connections. Reports nothing. Idempotent. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    renewer.interrupt();
    leader.close();
    channels.close();
  }
}
