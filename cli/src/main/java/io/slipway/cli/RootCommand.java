package io.slipway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code slipway} without a command. */
@Command(
    name = "slipway",
    description = "Runs driver/executor applications on a cluster of machines.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    footer = {
      "",
      "First steps:",
      "  slipway quickstart                       see all of it work on this machine",
      "  slipway master                           start a master on 127.0.0.1:7077",
      "  slipway worker --master 127.0.0.1:7077   add this machine to it",
      "  slipway submit app.jar ARGS...           run a program, its driver here (client mode)",
      "  slipway submit --deploy-mode cluster --wait app.jar ARGS...",
      "                                           run a program, its driver on a worker",
      "",
      "'slipway COMMAND --help' explains each flag, with examples.",
      "",
      "Exit codes:",
      "  0     done",
      "  2     the command line or the configuration is wrong; nothing was done",
      "  122   submit: the application was killed by request",
      "  123   submit: the application is LOST; nobody can know how its driver ended",
      "  124   submit: the application's --time-limit passed",
      "  125   Slipway itself could not do it; the message says why",
      "  else  submit: the driver's own exit code; 128 + n if signal n ended it",
      "",
      "Environment:",
      "  SLIPWAY_MASTER         HOST:PORT[,HOST:PORT] instead of --master",
      "  SLIPWAY_TOKEN_FILE     instead of --token-file",
      "  SLIPWAY_TOKEN_DIR      instead of --token-dir",
      "  SLIPWAY_COMMAND_FLAG   instead of a flag of master, worker or submit: SLIPWAY_WORKER_CORES",
      "  SLIPWAY_JAVA_OPTIONS   further options of the JVM that runs the command",
      "  SLIPWAY_DEBUG          if set, errors come with their stack trace",
      "",
      "Configuration file: $XDG_CONFIG_HOME/slipway/slipway.conf or ~/.config/slipway/slipway.conf,",
      "lines of 'key = value': master, token-file and token-dir for all commands, and each flag of",
      "master, worker and submit, such as 'worker.cores = 8'. A flag wins over the environment, and the",
      "environment over the file; 'slipway config --effective' shows what comes from where.",
    })
final class RootCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this text, and end.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version, and end.")
  private boolean version;

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    throw new ParameterException(command, "no command given");
  }
}
