package io.slipway.cli;

import io.slipway.client.ApplicationDetails;
import io.slipway.client.ApplicationReport;
import io.slipway.client.ExecutionReport;
import io.slipway.client.WorkerReport;
import io.slipway.model.ByteSize;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import io.slipway.model.TimeSpan;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the command shows, for people. */
final class Views {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private Views() {}

  /** A table of applications. */
  static String applications(List<ApplicationReport> reports, Colours colours) {
    if (reports.isEmpty()) {
      return "no applications\n";
    }
    TextTable table =
        new TextTable(
                "ID",
                "NAME",
                "OWNER",
                "MODE",
                "STATE",
                "EXECUTORS",
                "CORES",
                "SUBMITTED",
                "RAN",
                "OUTCOME")
            .paintingStates(colours::state);
    for (ApplicationReport report : reports) {
      table.row(
          report.id().value(),
          report.name(),
          report.owner(),
          report.deployMode().word(),
          report.state().name(),
          report.executorsRunning() + "/" + report.executorsWanted(),
          Integer.toString(report.cores()),
          time(report.submitTime()),
          ran(report.startTime(), report.endTime()),
          stoppedFor(report).or(() -> report.ending().map(Views::ending)).orElse(report.reason()));
    }
    return table.toString();
  }

  /** Why Slipway ended the driver, which says more than the signal that it was sent. */
  private static Optional<String> stoppedFor(ApplicationReport report) {
    return report
        .ending()
        .filter(ending -> ending.stop().isPresent() || report.timeLimitPassed())
        .filter(ending -> !report.reason().isEmpty())
        .map(ending -> report.reason());
  }

  /**
   * A table of workers.
   *
   * @param wide with all that is known of them
   */
  static String workers(List<WorkerReport> reports, boolean wide, Colours colours) {
    if (reports.isEmpty()) {
      return "no workers\n";
    }
    List<String> header =
        new ArrayList<>(
            List.of(
                "ID", "ADDRESS", "STATE", "CORES", "MEMORY", "EXECUTIONS", "LAUNCHERS", "LABELS"));
    if (wide) {
      header.addAll(List.of("OTHER", "VERSION", "EPOCH", "REGISTERED"));
    }
    TextTable table = new TextTable(header.toArray(String[]::new)).paintingStates(colours::state);
    for (WorkerReport report : reports) {
      List<String> row = new ArrayList<>();
      row.add(report.id().value());
      row.add(report.address().toString());
      row.add(report.state().name());
      row.add(report.allocated().cores() + "/" + report.resources().cores());
      row.add(
          ByteSize.format(report.allocated().memoryBytes())
              + "/"
              + ByteSize.format(report.resources().memoryBytes()));
      row.add(Integer.toString(report.executions()));
      row.add(
          report.launchers().stream()
              .map(name -> name.equals(report.defaultLauncher()) ? name + "*" : name)
              .collect(Collectors.joining(",")));
      row.add(
          report.labels().entrySet().stream()
              .map(Map.Entry::toString)
              .collect(Collectors.joining(",")));
      if (wide) {
        row.add(custom(report));
        row.add(report.version());
        row.add(Long.toString(report.epoch()));
        row.add(report.registerTime().map(Views::time).orElse("-"));
      }
      // An empty cell would be no word for whoever splits the line.
      table.row(row.stream().map(cell -> cell.isEmpty() ? "-" : cell).toArray(String[]::new));
    }
    return table.toString();
  }

  private static String custom(WorkerReport report) {
    return report.resources().custom().entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + "="
                    + report.allocated().custom().getOrDefault(entry.getKey(), 0L)
                    + "/"
                    + entry.getValue())
        .collect(Collectors.joining(","));
  }

  /** One application in a line: id, state, and why. */
  static String summary(ApplicationReport report) {
    StringBuilder line = new StringBuilder(report.id() + " " + report.state());
    List<String> causes = new ArrayList<>();
    stoppedFor(report).ifPresent(causes::add);
    report.ending().ifPresent(ending -> causes.add("driver " + ending(ending)));
    if (causes.isEmpty() && !report.reason().isEmpty()) {
      causes.add(report.reason());
    }
    if (!causes.isEmpty()) {
      line.append(": ").append(String.join("; ", causes));
    }
    String killed = "killed by " + report.killedBy();
    if (!report.killedBy().isEmpty() && !causes.contains(killed)) {
      line.append(" (").append(killed).append(')');
    }
    return TextTable.printable(line.toString());
  }

  /** All about one application. */
  static String details(ApplicationDetails details, List<String> waitingFor, Colours colours) {
    ApplicationReport report = details.application();
    StringBuilder text = new StringBuilder();
    line(text, "id", report.id().value());
    line(text, "name", report.name());
    line(text, "owner", report.owner());
    line(text, "deploy mode", report.deployMode().word());
    text.append(String.format("%-12s %s%n", "state:", colours.state(report.state().name())));
    line(text, "reason", report.reason());
    line(text, "outcome", report.ending().map(e -> "driver " + ending(e)).orElse(""));
    line(text, "killed by", report.killedBy());
    line(text, "time limit", report.timeLimit().map(TimeSpan::format).orElse(""));
    line(text, "attempt", Integer.toString(report.attempt()));
    line(text, "driver", report.driverAddress().map(Object::toString).orElse(""));
    line(text, "page", report.pageUrl().orElse(""));
    if (report.progress().isPresent()) {
      line(text, "progress", Math.round(report.progress().getAsDouble() * 100) + " %");
    }
    line(text, "submitted", time(report.submitTime()));
    line(text, "ran", ran(report.startTime(), report.endTime()));
    line(
        text,
        "executors",
        report.executorsRunning() + " run, " + report.executorsWanted() + " wanted");
    line(text, "cores", Integer.toString(report.cores()));
    for (String reason : waitingFor) {
      line(text, "waits", reason);
    }
    if (!details.executions().isEmpty()) {
      text.append('\n').append(executions(details.executions(), colours));
    }
    lastWords(text, details.executions());
    return text.toString();
  }

  private static String executions(List<ExecutionReport> reports, Colours colours) {
    TextTable table =
        new TextTable("EXECUTION", "STATE", "WORKER", "HOST", "CORES", "MEMORY", "RAN", "OUTCOME")
            .paintingStates(colours::state);
    for (ExecutionReport report : reports) {
      table.row(
          report.id().toString(),
          report.state().name(),
          report.worker().map(Object::toString).orElse("-"),
          report.host().isEmpty() ? "-" : report.host(),
          Integer.toString(report.resources().cores()),
          ByteSize.format(report.resources().memoryBytes()),
          ran(report.startTime(), report.endTime()),
          report.ending().map(Views::ending).orElse("")
              + (report.stoppedBy().isEmpty() ? "" : " (stopped by " + report.stoppedBy() + ")"));
    }
    return table.toString();
  }

  /** The end of what the last driver said, where it did not end well. */
  private static void lastWords(StringBuilder text, List<ExecutionReport> executions) {
    Optional<ExecutionReport> unhappy =
        executions.stream()
            .filter(
                execution ->
                    execution.state() == ExecutionState.ENDED
                        && !execution.stderrTail().isBlank()
                        && execution.ending().map(e -> !e.status().isSuccess()).orElse(false))
            .findFirst();
    unhappy.ifPresent(
        execution -> {
          text.append("\nlast lines of the standard error of ")
              .append(execution.id())
              .append(":\n");
          execution
              .stderrTail()
              .lines()
              .forEach(line -> text.append("  ").append(printableLine(line)).append('\n'));
        });
  }

  private static String printableLine(String line) {
    return TextTable.printable(line.replace("\t", "    "));
  }

  private static void line(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append(String.format("%-12s %s%n", name + ":", TextTable.printable(value)));
    }
  }

  /** The driver's end, as a sentence. */
  static String driver(Ending ending) {
    boolean ended =
        ending.status() instanceof ExitStatus.Exited
            || ending.status() instanceof ExitStatus.Signalled;
    return "the driver " + (ended ? "" : "was ") + ending(ending);
  }

  /** How a process ended, in words. */
  static String ending(Ending ending) {
    StringBuilder words = new StringBuilder(ending.status().toString());
    if (ending.memoryExhausted()) {
      words.append(", its memory was used up");
    }
    if (!ending.cause().isEmpty()) {
      words.append(" (").append(ending.cause()).append(')');
    }
    return words.toString();
  }

  private static String time(Instant instant) {
    return TIME.format(instant.atZone(ZoneId.systemDefault()));
  }

  private static String ran(Optional<Instant> start, Optional<Instant> end) {
    if (start.isEmpty()) {
      return "-";
    }
    Duration duration = Duration.between(start.get(), end.orElseGet(Instant::now));
    return duration(duration.isNegative() ? Duration.ZERO : duration);
  }

  /** A duration with its two largest units. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      long tenths = (duration.toMillis() + 50) / 100;
      return tenths / 10 + "." + tenths % 10 + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m " + seconds % 60 + "s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + "h " + seconds / 60 % 60 + "m";
    }
    return seconds / 86_400 + "d " + seconds / 3600 % 24 + "h";
  }
}
