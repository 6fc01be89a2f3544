package io.slipway.launcher.testing;

import java.io.IOException;
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
   *     {@code print TEXT TEXT} (to standard output and error); {@code append FILE} (a line);
   *     {@code await FILE} (until it exists); {@code arguments FILE ANY...}, {@code environment
   *     FILE} and {@code directory FILE} write down what the program was given, in Base64, one a
   *     line
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
      case "append" ->
          Files.writeString(
              Path.of(arguments[1]), "x\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      case "await" -> {
        while (!Files.exists(Path.of(arguments[1]))) {
          LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
      }
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
