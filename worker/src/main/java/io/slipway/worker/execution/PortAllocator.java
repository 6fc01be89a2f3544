package io.slipway.worker.execution;

import io.slipway.model.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chooses TCP ports that are free and that no other execution here has been given. Another program
 * may still take one before the process listens. Safe for use by several threads.
 */
final class PortAllocator {
  private final String listenHost;
  private final String advertiseHost;
  private final Set<Integer> taken = new HashSet<>();

  PortAllocator(String listenHost, String advertiseHost) {
    this.listenHost = listenHost;
    this.advertiseHost = advertiseHost;
  }

  /** A port for each name, at the address under which others reach it. */
  synchronized SortedMap<String, HostPort> allocate(List<String> names) throws IOException {
    SortedMap<String, HostPort> ports = new TreeMap<>();
    // All stay bound until each has one, so that they differ.
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (String name : names) {
        int port;
        do {
          ServerSocket socket = new ServerSocket();
          sockets.add(socket);
          socket.bind(new InetSocketAddress(listenHost, 0));
          port = socket.getLocalPort();
        } while (!taken.add(port));
        ports.put(name, new HostPort(advertiseHost, port));
      }
    } catch (IOException e) {
      release(ports.values());
      throw e;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return ports;
  }

  /** Notes ports that an execution from before a restart has. */
  synchronized void claim(Collection<HostPort> ports) {
    ports.forEach(port -> taken.add(port.port()));
  }

  /** The execution has ended. */
  synchronized void release(Collection<HostPort> ports) {
    ports.forEach(port -> taken.remove(port.port()));
  }
}
