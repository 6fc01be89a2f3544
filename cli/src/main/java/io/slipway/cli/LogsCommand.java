package io.slipway.cli;

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
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code slipway logs}. */
@Command(
    name = "logs",
    sortOptions = false,
    description = "Shows what a driver or an executor has written.",
    footer = {
      "",
      "The output of a client-mode driver is not kept: it went to whoever submitted it.",
      "",
      "Examples:",
      "  slipway logs app-20261122-0007",
      "  slipway logs app-20261122-0007 --stderr --follow",
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
        description = "The driver's, of its last attempt. This is the default.")
    private boolean driver;

    @Option(
        names = "--executor",
        paramLabel = "N",
        converter = Converters.Positive.class,
        description = {"That of the executor of this number.", "Example: --executor 3"})
    private Integer executor;
  }

  @Option(names = "--stderr", description = "Standard error instead of standard output.")
  private boolean standardError;

  @Option(names = "--follow", description = "Go on as it is written, until the process has ended.")
  private boolean follow;

  @Override
  int ask(SlipwayClient client) throws IOException, InterruptedException {
    ApplicationReport application = client.get(id).application();
    ExecutionId execution =
        whose != null && whose.executor != null
            ? application.id().executor(whose.executor)
            : application.id().driver(Math.max(1, application.attempt()));
    LogQuery query = new LogQuery(execution, standardError, 0, 0, follow);
    out().flush();
    try (InputStream log = client.readLog(query)) {
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
        throw BROKEN_PIPE.equals(e.getMessage()) ? new ReaderGoneException(e) : e;
      }
    }
  }
}
