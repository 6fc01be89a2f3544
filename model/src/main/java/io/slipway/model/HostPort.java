package io.slipway.model;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * A host and a TCP port, written {@code host:port} or {@code [ipv6]:port}.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets; 1 to 255 printable
 *     characters of ASCII
 * @param port 0 to 65535; 0 asks the system for a free one where something listens
 */
public record HostPort(String host, int port) implements Comparable<HostPort> {
  /** No name in the domain name system is longer, and no address with a zone. */
  private static final int LONGEST_HOST = 255;

  /** Checks host and port. */
  public HostPort {
    if (host.length() > LONGEST_HOST) {
      throw new IllegalArgumentException(
          "a host of " + host.length() + " characters, which is more than " + LONGEST_HOST);
    }
    if (host.isEmpty() || !host.chars().allMatch(HostPort::mayStandInHost)) {
      throw new IllegalArgumentException("not a host: '" + host + "'");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
  }

  private static boolean mayStandInHost(int c) {
    return c > ' ' && c < 0x7f && c != '[' && c != ']' && c != ',' && c != '/';
  }

  /** Reads {@code host:port} or {@code [ipv6]:port}. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || colon == text.length() - 1) {
      throw new IllegalArgumentException(
          "not an address: '" + text + "' (expected HOST:PORT or [IPv6]:PORT)");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "not an address: '" + text + "' (an IPv6 address stands in brackets: [::1]:7077)");
    }
    String port = text.substring(colon + 1);
    if (!port.chars().allMatch(c -> c >= '0' && c <= '9') || port.length() > 5) {
      throw new IllegalArgumentException("not a port: '" + port + "' in '" + text + "'");
    }
    return new HostPort(host, Integer.parseInt(port));
  }

  /** Reads a list separated by commas, of at least one address. */
  public static List<HostPort> parseList(String text) {
    List<HostPort> addresses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      addresses.add(parse(part.strip()));
    }
    return List.copyOf(addresses);
  }

  /** The same host with another port. */
  public HostPort withPort(int newPort) {
    return new HostPort(host, newPort);
  }

  /** Whether the host is a loopback address or {@code localhost}; asks no name service. */
  public boolean isLoopback() {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("0:0:0:0:0:0:0:1")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  /** Whether the host means every address of the machine. */
  public boolean isWildcard() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  /** The address, with the host's name resolved; blocks for a name that is no literal address. */
  public InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public int compareTo(HostPort other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
