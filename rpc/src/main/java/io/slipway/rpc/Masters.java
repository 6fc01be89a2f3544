package io.slipway.rpc;

import static java.util.stream.Collectors.joining;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The masters' addresses and their channels, and which of them is thought to lead. Safe for use by
 * several threads.
 */
final class Masters {
  /** So many addresses that were not given are remembered, lest a mad master fills the memory. */
  private static final int MAX_LEARNED = 16;

  private final Channels channels;
  private final TokenSource tokens;
  private final List<HostPort> given;
  private final Map<HostPort, ManagedChannel> open = new LinkedHashMap<>();
  private final Map<HostPort, String> problems = new LinkedHashMap<>();
  private HostPort current;
  private boolean closed;

  Masters(Channels channels, List<HostPort> given, TokenSource tokens) {
    if (given.isEmpty()) {
      throw new IllegalArgumentException("no master's address");
    }
    this.channels = channels;
    this.tokens = tokens;
    this.given = List.copyOf(given);
    this.current = given.get(0);
  }

  /** Where the next call goes. */
  synchronized HostPort current() {
    return current;
  }

  /** The channel to an address. */
  synchronized ManagedChannel channel(HostPort address) {
    if (closed) {
      throw Refusal.of(
          Status.Code.CANCELLED, Reason.REASON_UNSPECIFIED, "the connection has been closed");
    }
    return open.computeIfAbsent(address, missing -> channels.open(missing, tokens));
  }

  /** Opens connections to all, so that a change of leader costs none. */
  synchronized void warm() {
    if (!closed && given.size() > 1) {
      for (HostPort address : given) {
        channel(address).getState(true);
      }
    }
  }

  synchronized void answered(HostPort address) {
    problems.remove(address);
  }

  /**
   * A call to {@code address} found no leader there.
   *
   * @param leader who leads, if that was said
   * @param unknownHost whether the name of the host is not known here
   */
  synchronized void moveOn(
      HostPort address, Optional<HostPort> leader, String problem, boolean unknownHost) {
    problems.put(address, problem);
    ManagedChannel channel = open.get(address);
    if (channel != null && unknownHost) {
      // A name is looked up when its channel is opened: it may be known next time.
      open.remove(address);
      channels.close(channel);
    } else if (channel != null) {
      // Without this the channel itself waits up to two minutes before it tries again.
      channel.resetConnectBackoff();
    }
    if (!address.equals(current)) {
      return;
    }
    if (leader.isPresent() && (open.size() < given.size() + MAX_LEARNED || knows(leader.get()))) {
      current = leader.get();
    } else {
      current = given.get((given.indexOf(address) + 1) % given.size());
    }
  }

  private boolean knows(HostPort address) {
    return given.contains(address) || open.containsKey(address);
  }

  synchronized int count() {
    return given.size();
  }

  /** What is wrong with each address, for people. */
  synchronized String describe() {
    List<HostPort> addresses = new ArrayList<>(given);
    problems.keySet().stream().filter(known -> !given.contains(known)).forEach(addresses::add);
    return addresses.stream()
        .map(address -> address + " " + problems.getOrDefault(address, "was not asked"))
        .collect(joining("; "));
  }

  synchronized void close() {
    closed = true;
    open.values().forEach(channels::close);
    open.clear();
  }
}
