package io.slipway.cli;

import io.slipway.client.ApplicationDetails;
import io.slipway.client.SlipwayClient;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code slipway status}. */
@Command(
    name = "status",
    sortOptions = false,
    description =
        "Shows all about one application: its state, its outcome, its processes, and why it waits.",
    footer = {
      "",
      "Examples:",
      "  slipway status app-20261122-0007",
      "  slipway status app-20261122-0007 --output json",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 the cluster can't be asked or has no such application."
    })
final class StatusCommand extends ClientCommand {
  @Parameters(
      paramLabel = "ID",
      converter = Converters.Id.class,
      description = "The application's id, or the beginning of it that no other has.")
  private String id;

  @Mixin private OutputOption output;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    ApplicationDetails details = client.get(id);
    List<String> reasons =
        details.application().state().isFinal()
            ? List.of()
            : client.explain(details.application().id().value()).reasons();
    if (output.isJson()) {
      out().println(Json.text(Json.details(details, reasons)));
    } else {
      out().print(Views.details(details, reasons));
    }
    return ExitCodes.OK;
  }
}
