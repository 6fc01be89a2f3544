package io.slipway.cli;

import io.slipway.client.ApplicationDetails;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
      "  slipway status app-20261122-0007 --watch",
      "  slipway status app-20261122-0007 --output json",
      "",
      "Exit codes: 0 done, 2 wrong use, 125 the cluster can't be asked or has no such application."
    })
final class StatusCommand extends ClientCommand {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  @Parameters(
      paramLabel = "ID",
      converter = Converters.Id.class,
      description = "The application's id, or the beginning of it that no other has.")
  private String id;

  @Mixin private OutputOption output;

  @Option(
      names = "--watch",
      description =
          "Show it anew as it changes, until the application has ended. Where standard output is no"
              + " terminal, a line for each change instead.")
  private boolean watch;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    if (watch && output.isJson()) {
      throw CommandFailedException.usage(
          "--watch is for people, and --output json for programs; leave one out");
    }
    if (watch && !Terminal.onStandardOutput()) {
      client.watch(id, report -> out().println(Views.summary(report)));
      return ExitCodes.OK;
    }
    ApplicationDetails details = client.get(id);
    if (watch) {
      details = watch(client, details);
    }
    List<String> reasons = reasons(client, details);
    if (output.isJson()) {
      out().println(Json.text(Json.details(details, reasons)));
    } else if (!watch) {
      out().print(Views.details(details, reasons, Colours.onStandardOutput()));
    }
    return ExitCodes.OK;
  }

  private static List<String> reasons(SlipwayClient client, ApplicationDetails details)
      throws InterruptedException {
    return details.application().state().isFinal()
        ? List.of()
        : client.explain(details.application().id().value()).reasons();
  }

  /** Shows an application on the terminal until it has ended. */
  private ApplicationDetails watch(SlipwayClient client, ApplicationDetails first)
      throws InterruptedException {
    LiveView view = new LiveView(out(), Terminal.rows());
    String whole = first.application().id().value();
    ApplicationDetails details = first;
    String text = "";
    while (true) {
      String trouble = "";
      try {
        details = client.get(whole);
        text = Views.details(details, reasons(client, details), Colours.onStandardOutput());
      } catch (SlipwayException e) {
        if (e.kind() != SlipwayException.Kind.UNREACHABLE) {
          throw e;
        }
        trouble = "no master answers; this is what was known last\n\n";
      }
      view.show(trouble + text);
      if (details.application().state().isFinal()) {
        return details;
      }
      Thread.sleep(BETWEEN_LOOKS.toMillis());
    }
  }
}
