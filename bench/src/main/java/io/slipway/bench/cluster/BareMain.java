package io.slipway.bench.cluster;

/** What a bare JVM does in a comparison: prints one line. */
public final class BareMain {
  private BareMain() {}

  /** Prints one line. */
  public static void main(String[] args) {
    System.out.println("up");
  }
}
