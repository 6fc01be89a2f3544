package io.slipway.rpc;

/**
 * Tells the token that a channel's calls carry; asked once for each call, on the calling thread, so
 * it must not block.
 */
@FunctionalInterface
public interface TokenSource {
  /** The token, without {@code Bearer}; empty for none. */
  String token();

  /** Always the same token. */
  static TokenSource of(String token) {
    return () -> token;
  }

  /** No credentials: enough for health and reflection only. */
  static TokenSource none() {
    return () -> "";
  }
}
