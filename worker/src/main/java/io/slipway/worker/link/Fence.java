package io.slipway.worker.link;

import io.grpc.Status;
import io.slipway.model.WorkerId;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.FencingToken;
import io.slipway.rpc.Refusal;
import io.slipway.worker.storage.WorkDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Knows the cluster that this worker has joined, the highest (incarnation, term) that it has seen
 * and the epoch of its registration, and refuses who is behind them. Safe for use by several
 * threads.
 */
public final class Fence {
  private static final long UNREGISTERED = -1;
  private static final Duration REGISTRATION_WAIT = Duration.ofSeconds(1);

  private final WorkerId worker;
  private final WorkDirectory directory;
  private Optional<String> clusterId;
  private Optional<FencingToken> highest = Optional.empty();
  private long epoch = UNREGISTERED;

  /** Reads the cluster that was joined before. */
  public Fence(WorkDirectory directory) throws IOException {
    this.worker = directory.id();
    this.directory = directory;
    this.clusterId = directory.clusterId();
  }

  /** The cluster that this worker has joined; empty: none. */
  synchronized Optional<String> clusterId() {
    return clusterId;
  }

  /** The highest that has been seen; empty: none since this worker's start. */
  public synchronized Optional<FencingToken> highest() {
    return highest;
  }

  /** The epoch of the registration that holds; negative: none does. */
  public synchronized long epoch() {
    return epoch;
  }

  synchronized boolean isRegistered() {
    return epoch != UNREGISTERED;
  }

  synchronized void forgetRegistration() {
    epoch = UNREGISTERED;
  }

  /**
   * Takes the answer to a registration.
   *
   * @throws WrongClusterException if it is another cluster's
   * @throws Refusal if it is an older leader's, and so counts for nothing
   */
  synchronized void registered(FencingToken answer, long newEpoch) throws IOException {
    answered(answer);
    if (clusterId.isEmpty()) {
      directory.joined(answer.clusterId());
      clusterId = Optional.of(answer.clusterId());
    }
    epoch = newEpoch;
    notifyAll();
  }

  /**
   * Takes note of whose answer it is.
   *
   * @throws WrongClusterException if it is another cluster's
   * @throws Refusal if it is an older leader's, and so counts for nothing
   */
  synchronized void answered(FencingToken answer) {
    if (clusterId.isPresent() && !clusterId.get().equals(answer.clusterId())) {
      throw new WrongClusterException(wrongCluster(answer));
    }
    raise(answer);
  }

  private String wrongCluster(FencingToken sender) {
    return "worker "
        + worker
        + " belongs to cluster "
        + clusterId.orElse("")
        + " (as its work directory "
        + directory
        + " says), and not to cluster "
        + sender.clusterId();
  }

  private void raise(FencingToken sender) {
    if (highest.isPresent()
        && highest.get().sameCluster(sender)
        && sender.compareTo(highest.get()) < 0) {
      throw Refusal.of(
          Status.Code.ABORTED,
          Reason.REASON_STALE_TERM,
          "worker "
              + worker
              + " has heard of a master of term "
              + highest.get().term()
              + " (incarnation "
              + highest.get().incarnation()
              + "), and does not obey one of term "
              + sender.term()
              + " (incarnation "
              + sender.incarnation()
              + ")");
    }
    highest = Optional.of(sender);
  }

  /**
   * Checks who gives an order. An order for a registration whose answer is still on its way waits
   * for it, for a short time.
   *
   * @throws Refusal if it is not to be obeyed
   */
  public synchronized void checkOrder(FencingToken sender, String workerId, long orderEpoch) {
    if (clusterId.isPresent() && !clusterId.get().equals(sender.clusterId())) {
      throw Refusal.of(
              Status.Code.FAILED_PRECONDITION, Reason.REASON_WRONG_CLUSTER, wrongCluster(sender))
          .with("cluster", clusterId.get());
    }
    if (!workerId.equals(worker.value())) {
      throw staleEpoch("this is worker " + worker + ", and not " + workerId);
    }
    awaitEpoch(orderEpoch);
    if (orderEpoch < epoch) {
      throw staleEpoch(
          "the order is for epoch " + orderEpoch + " of worker " + worker + ", now in " + epoch);
    }
    if (orderEpoch > epoch) {
      throw Refusal.outcomeUnknown("worker " + worker + " is registering; try again");
    }
    raise(sender);
  }

  private static Refusal staleEpoch(String message) {
    return Refusal.of(Status.Code.ABORTED, Reason.REASON_STALE_EPOCH, message);
  }

  private void awaitEpoch(long orderEpoch) {
    long deadline = System.nanoTime() + REGISTRATION_WAIT.toNanos();
    try {
      for (long left = deadline - System.nanoTime();
          epoch < orderEpoch && left > 0;
          left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
