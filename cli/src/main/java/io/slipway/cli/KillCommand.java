package io.slipway.cli;

import com.google.gson.JsonArray;
import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.model.ApplicationState;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code slipway kill}. */
@Command(
    name = "kill",
    sortOptions = false,
    description = {
      "Ends an application, or several: driver and executors are stopped.",
      "",
      "With --name or --all it shows what it would end, and asks; where there is no terminal it wants"
          + " --yes instead.",
      ""
    },
    footer = {
      "",
      "One that has ended already is left as it is. The processes are asked to end first, and forced",
      "after their grace of 10 seconds; 'slipway status ID' shows how far it is.",
      "",
      "Examples:",
      "  slipway kill app-20261122-0007",
      "  slipway kill --name 'nightly-*'",
      "  slipway kill --all --yes --output json",
      "",
      "Exit codes: 0 each end is recorded and under way, or the answer was no, or there was nothing to",
      "end; 2 wrong use, or nobody could be asked; 125 the cluster can't be asked or has no such",
      "application."
    })
final class KillCommand extends ClientCommand {
  @ArgGroup(multiplicity = "1")
  private Which which;

  private static final class Which {
    @Parameters(
        paramLabel = "ID",
        arity = "1",
        converter = Converters.Id.class,
        description = "The application's id, or the beginning of it that no other has.")
    private String id;

    @Option(
        names = "--name",
        paramLabel = "PATTERN",
        converter = Converters.Name.class,
        description = {
          "All of this name that have not ended; * stands for any characters, ? for any one.",
          "Example: --name 'nightly-*'"
        })
    private NamePattern name;

    @Option(names = "--all", description = "All that have not ended.")
    private boolean all;
  }

  @Option(
      names = "--owner",
      paramLabel = "PATTERN",
      converter = Converters.Name.class,
      description = {
        "With --name or --all: those of this owner; '*' for everybody's. Default: yourself, as your"
            + " token says.",
        "Example: --owner alice"
      })
  private NamePattern owner;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  @Mixin private OutputOption output;

  @Override
  int ask(SlipwayClient client) throws InterruptedException {
    if (which.id != null) {
      if (owner != null) {
        throw CommandFailedException.usage(
            "--owner " + owner + " belongs to --name or --all; leave it out");
      }
      show(client.kill(which.id));
      return ExitCodes.OK;
    }
    return killAll(client);
  }

  private int killAll(SlipwayClient client) throws InterruptedException {
    Predicate<String> isTheirs = owner == null ? caller()::equals : owner::matches;
    List<ApplicationReport> found =
        client.list(unfinished(), Integer.MAX_VALUE).stream()
            .filter(report -> which.all || which.name.matches(report.name()))
            .filter(report -> isTheirs.test(report.owner()))
            .toList();
    if (found.isEmpty()) {
      err()
          .println(
              "slipway: no application of "
                  + (owner == null ? caller() : owner)
                  + (which.all ? "" : " named " + which.name)
                  + " runs or waits; 'slipway list' shows all");
    } else if (!yes
        && !new Confirmation(err(), Terminal.answers())
            .ask(
                Views.applications(found, Colours.onStandardError()),
                "end " + count(found.size()))) {
      err().println("slipway: nothing was ended");
      found = List.of();
    }
    return kill(client, found);
  }

  private int kill(SlipwayClient client, List<ApplicationReport> found)
      throws InterruptedException {
    JsonArray killed = new JsonArray();
    int code = ExitCodes.OK;
    for (ApplicationReport report : found) {
      try {
        ApplicationReport now = client.kill(report.id().value());
        killed.add(Json.application(now));
        if (!output.isJson()) {
          show(now);
        }
      } catch (SlipwayException e) {
        if (e.kind() == SlipwayException.Kind.UNREACHABLE) {
          throw e;
        }
        err().println("slipway kill: " + report.id() + ": " + e.getMessage());
        code = ExitCodes.FAILED;
      }
    }
    if (output.isJson()) {
      out().println(Json.text(killed));
    }
    return code;
  }

  private void show(ApplicationReport report) {
    if (output.isJson()) {
      out().println(Json.text(Json.application(report)));
    } else {
      out().println(Views.summary(report));
    }
  }

  private static String count(int applications) {
    return applications == 1 ? "this application" : "these " + applications + " applications";
  }

  private static Set<ApplicationState> unfinished() {
    return Arrays.stream(ApplicationState.values())
        .filter(state -> !state.isFinal())
        .collect(Collectors.toSet());
  }
}
