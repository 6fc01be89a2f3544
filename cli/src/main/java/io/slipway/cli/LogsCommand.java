package io.slipway.cli;

import io.slipway.client.ApplicationDetails;
import io.slipway.client.ApplicationReport;
import io.slipway.client.LogQuery;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.model.ExecutionId;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code slipway logs}. */
@Command(
    name = "logs",
    sortOptions = false,
    description = {
      "Shows what the processes of an application have written.",
      "",
      "Without --driver or --executor that is what all of them have written, each line behind the"
          + " process it is from: 'd1 | ' for the first attempt of the driver, 'e3 | ' for executor 3."
          + " With --follow lines come as they are written, from executors that start later too.",
      ""
    },
    footer = {
      "",
      "The output of a client-mode driver is not kept: it went to whoever submitted it.",
      "",
      "Examples:",
      "  slipway logs app-20261122-0007",
      "  slipway logs app-20261122-0007 --tail 20 --follow",
      "  slipway logs app-20261122-0007 --driver --stderr",
      "  slipway logs app-20261122-0007 --executor 3",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 the cluster can't be asked or has no such log."
    })
final class LogsCommand extends ClientCommand {
  private static final int BUFFER = 64 << 10;
  private static final int SIGPIPE = 13;

  /** What the system says of a pipe without a reader; Java has no type for it. */
  private static final String BROKEN_PIPE = "Broken pipe";

  @Parameters(
      paramLabel = "ID",
      converter = Converters.Id.class,
      description = "The application's id, or the beginning of it that no other has.")
  private String id;

  @ArgGroup private Whose whose;

  private static final class Whose {
    @Option(
        names = "--driver",
        description = "The driver's alone, of its last attempt, just as it wrote it.")
    private boolean driver;

    @Option(
        names = "--executor",
        paramLabel = "N",
        converter = Converters.Positive.class,
        description = {
          "That of the executor of this number alone, just as it wrote it.",
          "Example: --executor 3"
        })
    private Integer executor;
  }

  @Option(names = "--stderr", description = "Standard error instead of standard output.")
  private boolean standardError;

  @Option(
      names = "--tail",
      paramLabel = "N",
      converter = Converters.NotNegative.class,
      description = {
        "Only the last lines of each process, so many; with --follow those that come after them too.",
        "Example: --tail 20"
      })
  private Integer tail;

  @Option(
      names = "--since",
      paramLabel = "T",
      converter = Converters.Moment.class,
      description = {
        "Only what was written since then: a span back from now (30m, 24h), a day, or a moment."
            + " Lines have no time of their own: what is passed over are processes that ended before,"
            + " and whole log files that were last written to before.",
        "Example: --since 30m"
      })
  private Instant since;

  @Option(names = "--follow", description = "Go on as it is written, until the process has ended.")
  private boolean follow;

  @Override
  int ask(SlipwayClient client) throws IOException, InterruptedException {
    ApplicationDetails details = client.get(id);
    ApplicationReport application = details.application();
    if (whose == null) {
      return all(client, details);
    }
    ExecutionId execution =
        whose.executor != null
            ? application.id().executor(whose.executor)
            : application.id().driver(Math.max(1, application.attempt()));
    out().flush();
    try (InputStream log = client.readLog(query(execution))) {
      copy(log, new FileOutputStream(FileDescriptor.out));
    } catch (ReaderGoneException e) {
      return ExitCodes.SIGNAL_BASE + SIGPIPE; // as of any program in a pipe
    } catch (IOException e) {
      if (e.getCause() instanceof SlipwayException refusal
          && refusal.kind() == SlipwayException.Kind.UNKNOWN_ID) {
        throw CommandFailedException.failed(
            refusal.getMessage()
                + "; 'slipway status "
                + application.id()
                + "' shows what it has run",
            e);
      }
      throw e;
    }
    return ExitCodes.OK;
  }

  private LogQuery query(ExecutionId execution) {
    LogQuery query = new LogQuery(execution, standardError, 0, 0, follow);
    if (tail != null) {
      query = query.lastLines(tail);
    }
    if (since != null) {
      Duration span = Duration.between(since, Instant.now());
      query = query.writtenWithin(span.isNegative() ? Duration.ZERO : span);
    }
    return query;
  }

  private int all(SlipwayClient client, ApplicationDetails details)
      throws IOException, InterruptedException {
    out().flush();
    ApplicationLogs logs =
        new ApplicationLogs(
            client,
            this::query,
            Optional.ofNullable(since),
            new PrefixedLines(new FileOutputStream(FileDescriptor.out)),
            new Console(out(), err()));
    try {
      if (follow) {
        logs.follow(details);
      } else {
        logs.show(details);
      }
    } catch (ReaderGoneException e) {
      return ExitCodes.SIGNAL_BASE + SIGPIPE;
    }
    return ExitCodes.OK;
  }

  /** Whoever read what is written here reads no more: {@code slipway logs ID | head}. */
  static final class ReaderGoneException extends IOException {
    private static final long serialVersionUID = 1;

    ReaderGoneException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Copies until the end, as the bytes come.
   *
   * @throws ReaderGoneException if {@code to} is a pipe that nobody reads
   */
  static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      try {
        to.write(buffer, 0, n);
        to.flush();
      } catch (IOException e) {
        throw readerGone(e);
      }
    }
  }

  /** What a write has thrown, as {@link ReaderGoneException} if it is that. */
  static IOException readerGone(IOException problem) {
    return BROKEN_PIPE.equals(problem.getMessage()) ? new ReaderGoneException(problem) : problem;
  }
}
