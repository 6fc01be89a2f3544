package io.slipway.launcher.docker;

import io.slipway.launcher.LaunchException;
import io.slipway.launcher.LaunchSpec;
import io.slipway.model.HostPort;
import io.slipway.model.SlipwayEnvironment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a bridged container listens and how it is reached. It listens on all addresses of its own;
 * of this machine's, one port for what the process opens by itself ({@code SLIPWAY_LISTEN}) and the
 * spec's named ports lead to the same ports in it.
 *
 * @param variables of its environment, in the place of the spec's
 * @param host the address of this machine on which ports are published
 * @param ports published
 */
record Addresses(Map<String, String> variables, String host, List<Integer> ports) {
  /**
   * Checks that a process could work in a bridged container.
   *
   * @throws LaunchException if it could not be reached, or could not reach its driver
   */
  static void checkBridged(LaunchSpec spec) throws LaunchException {
    Map<String, String> environment = spec.environment();
    if (!Boolean.parseBoolean(environment.get(SlipwayEnvironment.INSECURE))) {
      throw new LaunchException(
          "a bridged container listens beyond loopback without encryption: start the worker with"
              + " --insecure if its network is trusted, or use --launcher-option network=host");
    }
    String driver = environment.getOrDefault(SlipwayEnvironment.DRIVER, "");
    if (!driver.isEmpty() && isLoopback(HostPort.parse(driver).host())) {
      throw new LaunchException(
          "a bridged container can't reach its driver at "
              + driver
              + ", a loopback address: give the driver another one (in client mode with submit"
              + " --listen HOST:0 --insecure, in cluster mode with the same options of its worker),"
              + " or use --launcher-option network=host");
    }
  }

  /** Chooses a free port for the process; another program may take it before the engine does. */
  static Addresses bridged(LaunchSpec spec) throws LaunchException {
    Map<String, String> environment = spec.environment();
    String host =
        environment.containsKey(SlipwayEnvironment.LISTEN)
            ? HostPort.parse(environment.get(SlipwayEnvironment.LISTEN)).host()
            : "0.0.0.0";
    List<Integer> ports = new ArrayList<>();
    spec.ports().values().forEach(port -> ports.add(port.port()));
    Map<String, String> variables = new TreeMap<>();
    if (environment.containsKey(SlipwayEnvironment.ADVERTISE)) {
      int own = freePort(host);
      while (ports.contains(own)) {
        own = freePort(host);
      }
      ports.add(own);
      String advertised = HostPort.parse(environment.get(SlipwayEnvironment.ADVERTISE)).host();
      variables.put(SlipwayEnvironment.LISTEN, new HostPort("0.0.0.0", own).toString());
      variables.put(SlipwayEnvironment.ADVERTISE, new HostPort(advertised, own).toString());
    }
    return new Addresses(variables, numeric(host), List.copyOf(ports));
  }

  /** The engine takes no names here. */
  private static String numeric(String host) throws LaunchException {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new LaunchException("the worker's address " + host + " is not known here", e);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // It may be known in the container.
      return false;
    }
  }

  private static int freePort(String host) throws LaunchException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, 0));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new LaunchException("no port can be opened on " + host + ": " + e.getMessage(), e);
    }
  }
}
