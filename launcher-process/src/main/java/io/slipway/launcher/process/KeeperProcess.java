package io.slipway.launcher.process;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import io.slipway.launcher.Launcher;
import io.slipway.model.Ending;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A keeper that this launcher has started: a JVM of its own, from a copy of this code. */
final class KeeperProcess {
  private final KeeperHome home;
  private final Process process;

  private KeeperProcess(KeeperHome home, Process process) {
    this.home = home;
    this.process = process;
  }

  /**
   * Starts a keeper; it is not ready yet when this returns.
   *
   * @param keepers the directory of all keepers of this owner
   * @param outlivesOwner whether its executions go on when this process dies
   * @param withGroups whether to make control groups
   */
  static KeeperProcess start(Path keepers, boolean outlivesOwner, boolean withGroups)
      throws IOException {
    String id = String.format("keeper-%016x", ThreadLocalRandom.current().nextLong());
    KeeperHome home = new KeeperHome(keepers.resolve(id));
    Files.createDirectory(
        home.directory(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    List<Path> classPath = copyCode(home.lib());
    Path socket = home.chooseSocket();
    Optional<Path> groups = Optional.empty();
    if (withGroups) {
      Path base =
          ControlGroup.own()
              .orElseThrow(() -> new IOException("the control groups are gone"))
              .resolve("slipway-" + id);
      home.writeGroups(base);
      new ControlGroup(base).make();
      groups = Optional.of(base);
    }
    List<String> command = new ArrayList<>();
    command.add(ProcessLauncherProvider.ownJava());
    command.addAll(
        List.of(
            "-Xms4m",
            "-Xmx64m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-XX:-UsePerfData",
            "-XX:ReservedCodeCacheSize=16m",
            "-XX:CompileThresholdScaling=5",
            // Leaves the JDK's class archive where it is, and so shared: a third less memory.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djna.encoding=UTF-8",
            "-Djna.nosys=true",
            // If it is not set, JNA starts a program to know where libraries are, and needs none.
            "-Djna.platform.library.path=",
            "-Djna.boot.library.path=" + home.lib(),
            "-Djna.tmpdir=" + home.lib()));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-cp");
    command.add(classPath.stream().map(Path::toString).collect(Collectors.joining(":")));
    command.add(KeeperMain.class.getName());
    command.addAll(
        List.of(home.directory().toString(), socket.toString(), String.valueOf(outlivesOwner)));
    groups.ifPresent(path -> command.add(path.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.directory().toFile())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectError(home.log().toFile());
    builder.environment().clear();
    builder.environment().put("LC_ALL", "C.UTF-8");
    return new KeeperProcess(home, builder.start());
  }

  KeeperHome home() {
    return home;
  }

  /** Waits until the keeper serves, and connects to it. */
  Connection connect() throws IOException {
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      if (!"ready".equals(out.readLine())) {
        throw new IOException("the supervisor did not start: " + lastWords());
      }
    }
    return connect(home);
  }

  /**
   * Connects to a keeper that serves.
   *
   * @throws IOException if there is none
   */
  static Connection connect(KeeperHome home) throws IOException {
    Path socket =
        home.socket().orElseThrow(() -> new IOException("the supervisor has never listened"));
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      Connection connection = new Connection(channel);
      connection.greet();
      return connection;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Ends a keeper that has not begun to serve. */
  void destroy() {
    process.destroyForcibly();
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(home.log());
      return lines.isEmpty()
          ? "it was killed, or ended without a word"
          : String.join(" | ", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    } catch (IOException e) {
      return "it left no log: " + e;
    }
  }

  /** Copies the jars, or directories of classes, that a keeper needs. */
  private static List<Path> copyCode(Path lib) throws IOException {
    Set<Path> sources = new LinkedHashSet<>();
    for (Class<?> type : List.of(KeeperMain.class, Launcher.class, Ending.class, Native.class)) {
      CodeSource source = type.getProtectionDomain().getCodeSource();
      try {
        sources.add(Path.of(source.getLocation().toURI()));
      } catch (URISyntaxException | RuntimeException e) {
        throw new IOException("the code of " + type.getName() + " can't be found", e);
      }
    }
    Files.createDirectory(lib);
    // Beside the jar, so that JNA need not unpack it at every start.
    try (InputStream library =
        Native.class.getResourceAsStream(Platform.RESOURCE_PREFIX + "/libjnidispatch.so")) {
      if (library == null) {
        throw new IOException("JNA does not know " + Platform.RESOURCE_PREFIX);
      }
      Files.copy(library, lib.resolve("libjnidispatch.so"));
    }
    List<Path> copies = new ArrayList<>();
    for (Path source : sources) {
      Path copy = lib.resolve(copies.size() + "-" + source.getFileName());
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.copy(file, copy.resolve(source.relativize(file).toString()));
        }
      }
      copies.add(copy);
    }
    return copies;
  }
}
