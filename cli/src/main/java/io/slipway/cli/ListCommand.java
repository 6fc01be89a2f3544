package io.slipway.cli;

import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code slipway list}. */
@Command(
    name = "list",
    sortOptions = false,
    description = "Lists applications, newest first.",
    footer = {
      "",
      "Examples:",
      "  slipway list",
      "  slipway list --limit 5 --output json",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 the cluster can't be asked."
    })
final class ListCommand extends ClientCommand {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      converter = Converters.Positive.class,
      description = {"Show at most so many. Default: 100.", "Example: --limit 10"})
  private int limit;

  @Mixin private OutputOption output;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    List<ApplicationReport> applications = client.list(Set.of(), limit);
    if (output.isJson()) {
      out().println(Json.text(Json.applications(applications)));
    } else {
      out().print(Views.applications(applications));
    }
    return ExitCodes.OK;
  }
}
