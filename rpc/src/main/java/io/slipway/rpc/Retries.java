package io.slipway.rpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.Reason;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The retry rule, for one call over all its tries. Used by one try at a time. */
final class Retries {
  private static final long FIRST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LONGEST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int FREE_REDIRECTIONS = 2;
  private static final String SILENT = "does not answer";

  /** What gRPC says of a connection on which nothing has come for too long. */
  private static final String KEEPALIVE_FAILED = "Keepalive failed";

  private final Masters masters;
  private final MethodDescriptor<?, ?> method;
  private final Patience patience;
  private final Consumer<String> trouble;
  private final LongSupplier nanoTime;
  private long sinceNanos;
  private int failures;
  private int redirections;
  private int strangers;

  /** Whether some try may have taken effect, although no answer said so. */
  private boolean outcomeUnknown;

  Retries(
      Masters masters, MethodDescriptor<?, ?> method, Patience patience, Consumer<String> trouble) {
    this(masters, method, patience, trouble, System::nanoTime);
  }

  /** With a clock. */
  Retries(
      Masters masters,
      MethodDescriptor<?, ?> method,
      Patience patience,
      Consumer<String> trouble,
      LongSupplier nanoTime) {
    this.masters = masters;
    this.method = method;
    this.patience = patience;
    this.trouble = trouble;
    this.nanoTime = nanoTime;
    this.sinceNanos = nanoTime.getAsLong();
  }

  /** The call has got somewhere. */
  void progress(HostPort address) {
    sinceNanos = nanoTime.getAsLong();
    failures = 0;
    redirections = 0;
    strangers = 0;
    masters.answered(address);
    masters.warm();
  }

  /** Judges a failed try of a stream, of which nobody knows how far it had come. */
  long delayAfter(HostPort address, Status status, Metadata trailers) {
    return delayAfter(address, true, status, trailers);
  }

  /**
   * Judges a failed try.
   *
   * @param left whether it had left for the other side
   * @return nanoseconds to wait before the next one
   * @throws Refusal if there shall be none
   */
  long delayAfter(HostPort address, boolean left, Status status, Metadata trailers) {
    Refusal refusal = StatusMapping.toRefusal(status, trailers);
    boolean ours = StatusMapping.isOurs(status, trailers);
    if (ours && refusal.code() == Status.Code.RESOURCE_EXHAUSTED && refusal.isRetryable()) {
      sinceNanos = nanoTime.getAsLong();
      return refusal.retryDelay().orElse(Duration.ZERO).toNanos();
    }
    boolean stranger = !ours && isStrange(refusal.code());
    // A master that is cut off cancels its streams without a word of ours: a broken stream.
    boolean broken = !ours && refusal.code() == Status.Code.CANCELLED;
    if (!stranger && !broken && !refusal.isRetryable()) {
      masters.answered(address);
      throw refusal;
    }
    outcomeUnknown |= left && !saysThatNothingWasDone(refusal);
    Optional<HostPort> leader = leader(refusal);
    String problem = stranger ? strange(refusal) : problem(refusal);
    masters.moveOn(address, leader, problem, isUnknownHost(root(refusal)));
    strangers = stranger ? strangers + 1 : 0;
    if (stranger && patience.limit().isPresent() && strangers >= masters.count()) {
      throw unanswered(masters.describe());
    }
    long delay;
    if (leader.isPresent() && redirections < FREE_REDIRECTIONS) {
      redirections++;
      delay = 0;
    } else {
      delay = backoff();
    }
    if (patience.limit().isPresent()) {
      long remaining = patience.limit().get().toNanos() - (nanoTime.getAsLong() - sinceNanos);
      if (remaining <= 0) {
        throw unanswered("no master answers: " + masters.describe());
      }
      // The last try comes when patience ends, and not before.
      delay = Math.min(delay, remaining);
    }
    if (delay > 0) {
      trouble.accept(address + " " + problem);
    }
    return delay;
  }

  private static boolean saysThatNothingWasDone(Refusal refusal) {
    return switch (refusal.code()) {
      case UNIMPLEMENTED, UNAUTHENTICATED, PERMISSION_DENIED -> true;
      default -> refusal.reason() == Reason.REASON_NOT_LEADER;
    };
  }

  private Refusal unanswered(String message) {
    return outcomeUnknown
        ? Refusal.outcomeUnknown(message)
        : Refusal.of(Status.Code.UNAVAILABLE, Reason.REASON_UNSPECIFIED, message);
  }

  private long backoff() {
    long longest = Math.min(LONGEST_DELAY_NANOS, FIRST_DELAY_NANOS << Math.min(failures, 10));
    failures++;
    return longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2);
  }

  /** Codes that gRPC makes of an answer that is not gRPC, or not of ours. */
  private static boolean isStrange(Status.Code code) {
    return switch (code) {
      case UNKNOWN, INTERNAL, UNIMPLEMENTED, UNAUTHENTICATED, PERMISSION_DENIED, OUT_OF_RANGE ->
          true;
      default -> false;
    };
  }

  private static Optional<HostPort> leader(Refusal refusal) {
    if (refusal.reason() != Reason.REASON_NOT_LEADER) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(refusal.metadata().get(Refusal.LEADER)).map(HostPort::parse);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private String strange(Refusal refusal) {
    return refusal.code() == Status.Code.UNIMPLEMENTED
        ? "answers, but does not know "
            + method.getFullMethodName()
            + ": it is no Slipway master, or one of another version"
        : "answers, but is no Slipway master (" + refusal.getMessage() + ")";
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static boolean isUnknownHost(Throwable root) {
    return root instanceof UnresolvedAddressException || root instanceof UnknownHostException;
  }

  private static String problem(Refusal refusal) {
    if (refusal.reason() == Reason.REASON_NOT_LEADER) {
      return "does not lead, and knows no leader";
    }
    if (refusal.code() == Status.Code.DEADLINE_EXCEEDED) {
      return SILENT;
    }
    Throwable root = root(refusal);
    if (isUnknownHost(root)) {
      return "can't be reached (its name is not known here)";
    }
    String message = String.valueOf(root.getMessage());
    if (message.startsWith(KEEPALIVE_FAILED)) {
      return SILENT;
    }
    return root instanceof java.net.ConnectException && message.contains("refused")
        ? "refuses connections"
        : "can't be reached (" + message + ")";
  }
}
