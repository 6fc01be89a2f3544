package io.slipway.cli;

import io.slipway.client.SlipwayClient;
import io.slipway.client.WorkerReport;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code slipway workers}. */
@Command(
    name = "workers",
    sortOptions = false,
    description = "Lists the workers of a cluster, with what they have and what of it is in use.",
    footer = {
      "",
      "Examples:",
      "  slipway workers",
      "  slipway workers --master 10.0.0.5:7077 --output json",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 the cluster can't be asked."
    })
final class WorkersCommand extends ClientCommand {
  @Mixin private OutputOption output;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    List<WorkerReport> workers = client.workers();
    if (output.isJson()) {
      out().println(Json.text(Json.workers(workers)));
    } else {
      out().print(Views.workers(workers));
    }
    return ExitCodes.OK;
  }
}
