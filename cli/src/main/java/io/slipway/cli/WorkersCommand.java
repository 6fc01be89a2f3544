package io.slipway.cli;

import io.slipway.client.SlipwayClient;
import io.slipway.client.WorkerReport;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code slipway workers}. */
@Command(
    name = "workers",
    sortOptions = false,
    description = "Lists the workers of a cluster, with what they have and what of it is in use.",
    footer = {
      "",
      "Examples:",
      "  slipway workers",
      "  slipway workers --output wide",
      "  slipway workers --master 10.0.0.5:7077 --output json",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 the cluster can't be asked."
    })
final class WorkersCommand extends ClientCommand {
  /** For whom. */
  private enum Form {
    /** For people; may change. */
    TEXT,
    /** The same with more columns. */
    WIDE,
    /** For programs: names and meanings stay. */
    JSON
  }

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "text",
      description = {
        "How to show it: 'text' for people, 'wide' with more columns, or 'json' for programs, whose"
            + " names stay. Default: text.",
        "Example: --output wide"
      })
  private Form form;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    List<WorkerReport> workers = client.workers();
    switch (form) {
      case TEXT -> out().print(Views.workers(workers, false, Colours.onStandardOutput()));
      case WIDE -> out().print(Views.workers(workers, true, Colours.onStandardOutput()));
      case JSON -> out().println(Json.text(Json.workers(workers)));
    }
    return ExitCodes.OK;
  }
}
