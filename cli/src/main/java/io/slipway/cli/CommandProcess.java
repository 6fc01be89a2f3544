package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One command of this distribution, running as a process of its own. It does not hear the signals
 * of the terminal, so that whoever started it decides when it ends.
 */
final class CommandProcess implements AutoCloseable {
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(15);

  private final String name;
  private final Process process;
  private final Path errors;
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  private CommandProcess(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
  }

  /**
   * Starts one.
   *
   * @param home the distribution
   * @param errors the file for its standard error
   * @param arguments of {@code slipway}
   */
  static CommandProcess start(Path home, Path errors, List<String> arguments) throws IOException {
    return start(home, errors, arguments, Redirect.from(Path.of("/dev/null").toFile()));
  }

  /**
   * Starts a master, a worker or a submit, which ends with this process at the latest, even if that
   * is killed, and takes along what it launched.
   */
  static CommandProcess startBound(Path home, Path errors, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.add(1, InputEndOption.flag());
    return start(home, errors, all, Redirect.PIPE);
  }

  private static CommandProcess start(
      Path home, Path errors, List<String> arguments, Redirect input) throws IOException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
    line.add(home.resolve("bin").resolve("slipway").toString());
    line.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectInput(input).redirectError(errors.toFile());
    CommandProcess started = new CommandProcess(arguments.get(0), builder.start(), errors);
    Thread reader = new Thread(started::read, "output-of-" + arguments.get(0));
    reader.setDaemon(true);
    reader.start();
    return started;
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException e) {
      // It has ended.
    } finally {
      lines.add(Optional.empty());
    }
  }

  /** The command, such as {@code master}. */
  String name() {
    return name;
  }

  /** Its process id. */
  long processId() {
    return process.pid();
  }

  /** The next line of its output; empty at the end, or when the time is over. */
  Optional<String> nextLine(Duration atMost) throws InterruptedException {
    Optional<String> line = lines.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    return line == null ? Optional.empty() : line;
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  /** The last line that it has written to its standard error. */
  String lastError() {
    try (Stream<String> lines = Files.lines(errors)) {
      return lines.filter(line -> !line.isBlank()).reduce("(nothing)", (earlier, later) -> later);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks it to end, waits, and forces it in the end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
