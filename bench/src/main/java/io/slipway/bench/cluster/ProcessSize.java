package io.slipway.bench.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a process occupies, as the kernel tells.
 *
 * @param residentMegabytes with the files that others map too
 * @param proportionalMegabytes the same, each page divided among those that map it
 * @param listening where it accepts connections, once for each port: "loopback" or "all"
 */
record ProcessSize(
    double residentMegabytes,
    double proportionalMegabytes,
    int threads,
    int files,
    List<String> listening) {
  private static final String LISTENING = "0A";

  static ProcessSize of(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    int threads = 0;
    for (String line : Files.readAllLines(proc.resolve("status"))) {
      if (line.startsWith("Threads:")) {
        threads = Integer.parseInt(line.replaceAll("\\D", ""));
      }
    }
    List<String> targets = new ArrayList<>();
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      for (Path file : files.toList()) {
        targets.add(Files.readSymbolicLink(file).toString());
      }
    }
    List<String> listening = new ArrayList<>();
    Map<String, String> sockets = sockets();
    for (String target : targets) {
      if (sockets.containsKey(target)) {
        listening.add(sockets.get(target));
      }
    }
    return new ProcessSize(
        ClusterProcess.memory(pid, "Rss"),
        ClusterProcess.memory(pid, "Pss"),
        threads,
        targets.size(),
        List.copyOf(listening));
  }

  /** Where is listened, by the name of the socket in a list of open files. */
  private static Map<String, String> sockets() throws IOException {
    Map<String, String> sockets = new HashMap<>();
    for (String table : List.of("tcp", "tcp6")) {
      List<String> lines = Files.readAllLines(Path.of("/proc/net", table));
      for (String line : lines.subList(1, lines.size())) {
        String[] fields = line.strip().split("\\s+");
        if (fields[3].equals(LISTENING)) {
          String host = fields[1].substring(0, fields[1].indexOf(':'));
          sockets.put("socket:[" + fields[9] + "]", host.matches("0+") ? "all" : "loopback");
        }
      }
    }
    return sockets;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%5.0f MB %5.0f MB %5d threads %5d files  listens: %s",
        residentMegabytes,
        proportionalMegabytes,
        threads,
        files,
        listening);
  }
}
