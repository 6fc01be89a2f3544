package io.slipway.cli;

import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import io.slipway.model.ApplicationState;
import java.time.Instant;
import java.util.EnumSet;
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
      "Several conditions must all hold.",
      "",
      "Examples:",
      "  slipway list",
      "  slipway list --state running,queued --owner alice",
      "  slipway list --name 'nightly-*' --since 24h --output json",
      "",
      "Exit codes: 0 done, also if there are none; 2 wrong use, 125 the cluster can't be asked."
    })
final class ListCommand extends ClientCommand {
  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      description = {
        "Only those in this state, or in one of these: queued, starting, running, restarting,"
            + " stopping, succeeded, failed, killed, lost.",
        "Example: --state failed,lost"
      })
  private List<ApplicationState> states = List.of();

  @Option(
      names = "--name",
      paramLabel = "PATTERN",
      converter = Converters.Name.class,
      description = {
        "Only those of this name; * stands for any characters, ? for any one.",
        "Example: --name 'nightly-*'"
      })
  private NamePattern name;

  @Option(
      names = "--owner",
      paramLabel = "PATTERN",
      converter = Converters.Name.class,
      description = {"Only those of this owner, with * and ? as above.", "Example: --owner alice"})
  private NamePattern owner;

  @Option(
      names = "--since",
      paramLabel = "T",
      converter = Converters.Moment.class,
      description = {
        "Only those submitted since then: a span back from now (30m, 24h, 7d), a day, or a moment;"
            + " without a zone in this machine's.",
        "Example: --since 2026-11-22T18:00"
      })
  private Instant since;

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
    Set<ApplicationState> wanted = EnumSet.noneOf(ApplicationState.class);
    wanted.addAll(states);
    boolean all = name == null && owner == null && since == null;
    List<ApplicationReport> applications =
        client.list(wanted, all ? limit : Integer.MAX_VALUE).stream()
            .filter(this::isWanted)
            .limit(limit)
            .toList();
    if (output.isJson()) {
      out().println(Json.text(Json.applications(applications)));
    } else {
      out().print(Views.applications(applications, Colours.onStandardOutput()));
    }
    return ExitCodes.OK;
  }

  private boolean isWanted(ApplicationReport report) {
    return (name == null || name.matches(report.name()))
        && (owner == null || owner.matches(report.owner()))
        && (since == null || !report.submitTime().isBefore(since));
  }
}
