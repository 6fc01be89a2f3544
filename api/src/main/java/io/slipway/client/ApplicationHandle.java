package io.slipway.client;

import io.slipway.model.ApplicationId;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** An application that was handed in. Safe for use by several threads; lives with its client. */
public final class ApplicationHandle {
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

  /** Its state now; blocks. */
  public ApplicationReport report() throws InterruptedException {
    return client.get(id.value()).application();
  }

  /** Waits until its state is final, however long that takes and whatever fails on the way. */
  public ApplicationReport await() throws InterruptedException {
    return client.watch(id.value(), report -> {});
  }

  /** The same, telling each state on the way to {@code watcher}, on the calling thread. */
  public ApplicationReport await(Consumer<ApplicationReport> watcher) throws InterruptedException {
    return client.watch(id.value(), watcher);
  }

  /** Asks for its end; blocks until that is recorded. */
  public ApplicationReport kill() throws InterruptedException {
    return client.kill(id.value());
  }

  /** Reads the standard output of its first driver attempt, as it is written, until its end. */
  public InputStream followDriverOutput() {
    return client.readLog(LogQuery.of(id.driver(1)).following());
  }
}
