package io.slipway.rpc;

/**
 * Switches off what makes Netty slow to load. To be called as the first statement of a {@code
 * main}, before any class of gRPC is touched; what the command line sets already stays.
 */
public final class NettyStart {
  // Whole names of the shaded Netty's properties: whoever relocates io.grpc relocates these
  // constants together with those that Netty reads.
  private static final String FLIGHT_RECORDER_EVENTS = "io.grpc.netty.shaded.io.netty.jfr.enabled";
  private static final String NO_NATIVE_TRANSPORT =
      "io.grpc.netty.shaded.io.netty.transport.noNative";

  private NettyStart() {}

  /** Sets the properties that are not set. */
  public static void prepare() {
    setDefault(FLIGHT_RECORDER_EVENTS, "false");
    setDefault(NO_NATIVE_TRANSPORT, "true");
  }

  private static void setDefault(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
