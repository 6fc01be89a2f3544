package io.slipway.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The {@code slipway} command. */
public final class SlipwayMain {
  private static final Map<String, Supplier<Object>> COMMANDS = commands();

  private SlipwayMain() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /**
   * Runs one command.
   *
   * @return the exit code
   */
  static int run(String[] args, PrintStream out, PrintStream err) {
    PrintWriter outWriter = writer(out);
    PrintWriter errWriter = writer(err);
    CommandLine commandLine = commandLine(args);
    for (CommandLine each : allOf(commandLine)) {
      each.setOut(outWriter);
      each.setErr(errWriter);
    }
    int code = commandLine.execute(args.length == 0 ? new String[] {"--help"} : args);
    outWriter.flush();
    errWriter.flush();
    if (out.checkError() && code == ExitCodes.OK) {
      return ExitCodes.FAILED;
    }
    return code;
  }

  private static Map<String, Supplier<Object>> commands() {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("quickstart", QuickstartCommand::new);
    commands.put("master", MasterCommand::new);
    commands.put("worker", WorkerCommand::new);
    commands.put("submit", SubmitCommand::new);
    commands.put("list", ListCommand::new);
    commands.put("status", StatusCommand::new);
    commands.put("logs", LogsCommand::new);
    commands.put("kill", KillCommand::new);
    commands.put("workers", WorkersCommand::new);
    commands.put("config", ConfigCommand::new);
    commands.put("version", VersionCommand::new);
    commands.put("completion", CompletionCommand::new);
    commands.put("manual", ManualCommand::new);
    commands.put("docker-image", DockerImageCommand::new);
    commands.put("archive", ArchiveCommand::new);
    return commands;
  }

  /** Reads no more commands than it must: reading annotations takes time. */
  private static CommandLine commandLine(String[] args) {
    String called = args.length == 0 ? "" : args[0];
    Map<String, Object> commands = new LinkedHashMap<>();
    if (COMMANDS.containsKey(called)) {
      commands.put(called, COMMANDS.get(called).get());
    } else {
      COMMANDS.forEach((name, command) -> commands.put(name, described(command.get().getClass())));
    }
    return commandLine(commands);
  }

  /** As much of a command as the help of all commands shows. */
  private static CommandSpec described(Class<?> type) {
    Command command = type.getAnnotation(Command.class);
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage().description(command.description()).hidden(command.hidden());
    return spec;
  }

  private static CommandLine commandLine(Map<String, Object> commands) {
    CommandLine root = new CommandLine(new RootCommand());
    commands.forEach(root::addSubcommand);
    root.setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        .setStopAtPositional(false)
        .setUsageHelpAutoWidth(true)
        .setColorScheme(Colours.onStandardOutput().ofHelp())
        .setParameterExceptionHandler(SlipwayMain::explainWrongUse);
    FlagSources sources = new FlagSources(Configuration.ofProcess());
    root.setExecutionStrategy(parsed -> execute(parsed, sources))
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> explainFailure(problem, command, sources));
    for (String name : List.of("submit", "config")) {
      CommandLine command = root.getSubcommands().get(name);
      if (command != null) {
        // What follows the program, or another command, is theirs, however it looks.
        command.setStopAtPositional(true);
      }
    }
    return root;
  }

  /** The flags of a command, and what is said about them. */
  static CommandSpec specification(String command) {
    return commandLine(new String[] {command}).getSubcommands().get(command).getCommandSpec();
  }

  /** Reads the command line of one command, and runs nothing. */
  static ParseResult parse(String command, List<String> flags) {
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(flags);
    String[] args = line.toArray(String[]::new);
    return commandLine(args).parseArgs(args).subcommand();
  }

  /** All commands. */
  static CommandLine everything() {
    Map<String, Object> commands = new LinkedHashMap<>();
    COMMANDS.forEach((name, command) -> commands.put(name, command.get()));
    return commandLine(commands);
  }

  private static int execute(ParseResult parsed, FlagSources sources) {
    ParseResult called = parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    if (!called.isUsageHelpRequested() && FlagKey.COMMANDS.contains(called.commandSpec().name())) {
      try {
        sources.apply(called, SubmitCommand.specFile(called));
      } catch (CommandFailedException e) {
        throw new ExecutionException(called.commandSpec().commandLine(), e.getMessage(), e);
      }
    }
    return new RunLast().execute(parsed);
  }

  private static List<CommandLine> allOf(CommandLine root) {
    List<CommandLine> all = new ArrayList<>(root.getSubcommands().values());
    all.add(root);
    return all;
  }

  private static int explainWrongUse(ParameterException problem, String[] args) {
    CommandLine command = problem.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(name + ": " + oneLine(WrongUse.explain(problem)) + "; see '" + name + " --help'");
    debug(problem, command.getErr());
    return ExitCodes.USAGE;
  }

  private static int explainFailure(Exception problem, CommandLine command, FlagSources sources) {
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    debug(problem, err);
    CommandFailedException failure =
        problem instanceof CommandFailedException e ? e : Failures.explain(problem);
    err.println(name + ": " + oneLine(sources.explain(failure.getMessage())));
    return failure.exitCode();
  }

  private static void debug(Exception problem, PrintWriter err) {
    if (System.getenv("SLIPWAY_DEBUG") != null) {
      problem.printStackTrace(err);
    }
  }

  private static String oneLine(String message) {
    return TextTable.printable(message.strip().replaceAll("\\s*\\R\\s*", " "));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
