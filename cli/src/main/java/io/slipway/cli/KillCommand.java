package io.slipway.cli;

import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code slipway kill}. */
@Command(
    name = "kill",
    sortOptions = false,
    description = "Ends an application: its driver and its executors are stopped.",
    footer = {
      "",
      "One that has ended already is left as it is. The processes are asked to end first, and forced",
      "after their grace of 10 seconds; 'slipway status ID' shows how far it is.",
      "",
      "Examples:",
      "  slipway kill app-20261122-0007",
      "",
      "Exit codes: 0 the end is recorded and under way, 2 wrong use, 125 the cluster can't be asked or",
      "has no such application."
    })
final class KillCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ID",
      converter = Converters.Id.class,
      description = "The application's id, or the beginning of it that no other has.")
  private String id;

  @Mixin private OutputOption output;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    ApplicationReport report = client.kill(id);
    if (output.isJson()) {
      out().println(Json.text(Json.application(report)));
    } else {
      out().println(Views.summary(report));
    }
    return ExitCodes.OK;
  }
}
