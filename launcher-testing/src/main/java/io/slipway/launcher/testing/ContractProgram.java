package io.slipway.launcher.testing;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.Reference;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The Java program that {@link LauncherContract} lets launchers start. */
public final class ContractProgram {
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private ContractProgram() {}

  /**
   * Does one thing.
   *
   * @param arguments what to do, and with what: {@code return}; {@code throw}; {@code exit CODE};
   *     {@code print TEXT TEXT} (to standard output and error); {@code count NUMBER WIDTH} (from 1,
   *     in lines of so many bytes, to standard output); {@code append FILE} (a line); {@code await
   *     FILE} (until it exists); {@code allocate MEBIBYTES} (and write to all of them); {@code
   *     serve PORT} (says {@code hello} to the first that comes); {@code arguments FILE ANY...},
   *     {@code environment FILE}, {@code directory FILE} and {@code processors FILE} write down
   *     what the program was given, in Base64, one a line
   */
  public static void main(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "return" -> {}
      case "throw" -> throw new IllegalStateException("as the contract's test asked for");
      case "exit" -> System.exit(Integer.parseInt(arguments[1]));
      case "print" -> {
        System.out.print(arguments[1]);
        System.out.flush();
        System.err.print(arguments[2]);
        System.err.flush();
      }
      case "count" -> count(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
      case "append" ->
          Files.writeString(
              Path.of(arguments[1]), "x\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      case "await" -> {
        while (!Files.exists(Path.of(arguments[1]))) {
          LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
      }
      case "allocate" -> allocate(Integer.parseInt(arguments[1]));
      case "serve" -> serve(Integer.parseInt(arguments[1]));
      case "processors" ->
          write(arguments[1], List.of(String.valueOf(Runtime.getRuntime().availableProcessors())));
      case "arguments" ->
          write(arguments[1], Arrays.asList(arguments).subList(2, arguments.length));
      case "environment" -> {
        List<String> variables = new ArrayList<>();
        System.getenv().forEach((name, value) -> variables.add(name + "=" + value));
        write(arguments[1], variables);
      }
      case "directory" -> write(arguments[1], List.of(Path.of("").toRealPath().toString()));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void count(int last, int width) {
    try (PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 16 * 1024))) {
      for (int number = 1; number <= last; number++) {
        String digits = String.valueOf(number);
        out.print(digits);
        out.print(" ".repeat(width - 1 - digits.length()));
        out.print('\n');
      }
    }
  }

  private static void allocate(int mebibytes) {
    List<ByteBuffer> all = new ArrayList<>();
    try {
      for (int i = 0; i < mebibytes; i++) {
        ByteBuffer one = ByteBuffer.allocateDirect(1 << 20);
        for (int page = 0; page < one.capacity(); page += 1024) {
          one.put(page, (byte) 1);
        }
        all.add(one);
      }
    } finally {
      Reference.reachabilityFence(all);
    }
  }

  private static void serve(int port) throws IOException {
    try (ServerSocket server = new ServerSocket(port);
        Socket first = server.accept()) {
      first.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void write(String file, List<String> values) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String value : values) {
      lines.add(Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
    }
    Path fresh = Path.of(file + ".tmp");
    Files.write(fresh, lines);
    Files.move(fresh, Path.of(file));
  }

  /** Reads what the program has written down. */
  static List<String> read(Path file) throws IOException {
    List<String> values = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      values.add(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8));
    }
    return values;
  }
}
