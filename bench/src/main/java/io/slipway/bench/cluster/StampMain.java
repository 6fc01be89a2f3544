package io.slipway.bench.cluster;

import java.time.Instant;

/** A driver that says when its main began, and ends. */
public final class StampMain {
  private StampMain() {}

  /** Prints the time. */
  public static void main(String[] args) {
    System.out.println(Instant.now());
  }
}
