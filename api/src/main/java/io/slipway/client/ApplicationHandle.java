package io.slipway.client;

import io.slipway.model.ApplicationId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.stream.Stream;

/**
 * An application that was handed in. Safe for use by several threads; lives with its client, whose
 * rules on threads, interrupts and errors hold here too.
 */
public final class ApplicationHandle {
  private static final Calls UNLIMITED = new Calls(Optional.empty());

  private final SlipwayClient client;
  private final ApplicationId id;
  private final Optional<ClientModeGrant> grant;

  /**
   * What the submitter of a client-mode application is given.
   *
   * @param token the application token, for the driver and {@link DriverLauncherSide}; a secret
   * @param lease how long a lease lasts
   */
  public record ClientModeGrant(String token, Duration lease) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "ClientModeGrant[lease " + lease + "]";
    }
  }

  ApplicationHandle(SlipwayClient client, ApplicationId id, Optional<ClientModeGrant> grant) {
    this.client = client;
    this.id = id;
    this.grant = grant;
  }

  /** Its id. */
  public ApplicationId id() {
    return id;
  }

  /** Client mode only: what the submitter, who launches the driver itself, needs for it. */
  public Optional<ClientModeGrant> clientModeGrant() {
    return grant;
  }

  /** Its state now. */
  public ApplicationReport report() throws InterruptedException {
    return client.get(id.value()).application();
  }

  /** The same without waiting. */
  public CompletableFuture<ApplicationReport> reportAsync() {
    return Calls.map(client.getAsync(id.value()), ApplicationDetails::application);
  }

  /**
   * Waits until its state is final, however long that takes and whatever fails on the way. The
   * client's time-out does not count here.
   */
  public ApplicationReport await() throws InterruptedException {
    return UNLIMITED.await(client.outcome(id.value()));
  }

  /**
   * The same, for so long at most.
   *
   * @return empty if it had not ended by then
   */
  public Optional<ApplicationReport> await(Duration atMost) throws InterruptedException {
    try {
      return Optional.of(new Calls(Optional.of(atMost)).await(client.outcome(id.value())));
    } catch (SlipwayException e) {
      if (e.kind() == SlipwayException.Kind.TIMED_OUT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Completes with its final state, however long that takes and whatever fails on the way. An
   * application that failed is no failure of the future. Costs no thread; cancelling it ends the
   * watch, not the application.
   */
  public CompletableFuture<ApplicationReport> outcome() {
    return UNLIMITED.forUsers(client.outcome(id.value()));
  }

  /** What becomes of it: {@link SlipwayClient#events}. */
  public Stream<ApplicationEvent> events() {
    return client.events(id.value());
  }

  /** The same for subscribers: {@link SlipwayClient#eventPublisher}. */
  public Flow.Publisher<ApplicationEvent> eventPublisher() {
    return client.eventPublisher(id.value());
  }

  /** Asks for its end, and waits until that is recorded. */
  public ApplicationReport kill() throws InterruptedException {
    return client.kill(id.value());
  }

  /** The same without waiting. */
  public CompletableFuture<ApplicationReport> killAsync() {
    return client.killAsync(id.value());
  }

  /**
   * What its driver writes to standard output, line by line: from the beginning, waiting for a
   * driver that has not been started yet, until it has ended. Of its first attempt; {@link
   * SlipwayClient#lines} reads all that is kept of any execution. Otherwise the same as there.
   */
  public Stream<String> driverLines() {
    return driverLineIterator().stream();
  }

  /** The same for subscribers: {@link SlipwayClient#linePublisher}. */
  public Flow.Publisher<String> driverLinePublisher() {
    return new ElementPublisher<>("slipway-lines", this::driverLineIterator);
  }

  private DriverLines driverLineIterator() {
    return new DriverLines(
        client.reports(id.value()),
        new LogLines(() -> client.readLog(LogQuery.of(id.driver(1)).following())));
  }
}
