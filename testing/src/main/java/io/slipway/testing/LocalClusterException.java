package io.slipway.testing;

/** A local cluster could not start, or not go on; the message says why. Nothing is left of it. */
public final class LocalClusterException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LocalClusterException(String message, Throwable cause) {
    super(message, cause);
  }
}
