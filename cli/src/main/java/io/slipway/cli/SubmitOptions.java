package io.slipway.cli;

import io.slipway.model.DeployMode;
import io.slipway.model.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The flags that say what an application is and what it needs. */
final class SubmitOptions {
  @Option(
      names = "--deploy-mode",
      paramLabel = "MODE",
      defaultValue = "client",
      converter = Converters.Mode.class,
      description = {
        "Where the driver runs: 'client' (here, beside this command) or 'cluster' (on a worker)."
            + " Default: client.",
        "Example: --deploy-mode cluster"
      })
  DeployMode deployMode;

  @Option(
      names = "--name",
      paramLabel = "N",
      description = {
        "Name for people, 1 to 128 characters. Default: the main class's or the program's.",
        "Example: --name nightly-report"
      })
  String name;

  @Option(
      names = "--class",
      paramLabel = "MAIN",
      description = {
        "Main class of the driver. Default: the Main-Class of APP.jar.",
        "Example: --class com.example.Report"
      })
  String mainClass;

  @Option(
      names = "--driver-cores",
      paramLabel = "N",
      defaultValue = "1",
      converter = Converters.Positive.class,
      description = {"Cores reserved for the driver. Default: 1.", "Example: --driver-cores 2"})
  int driverCores;

  @Option(
      names = "--driver-memory",
      paramLabel = "SIZE",
      defaultValue = "1g",
      converter = Converters.Memory.class,
      description = {
        "Memory reserved for the driver, with a unit (k, m, g, t); a JVM's heap is this less the"
            + " larger of 256m and a quarter. Default: 1g.",
        "Example: --driver-memory 2g"
      })
  long driverMemory;

  @Option(
      names = "--executors",
      paramLabel = "N",
      converter = Converters.NotNegative.class,
      description = {
        "How many executors are wanted in all; they come as the cluster has room. Default: the"
            + " driver asks for them itself.",
        "Example: --executors 4"
      })
  Integer executors;

  @Option(
      names = "--min-executors",
      paramLabel = "N",
      converter = Converters.NotNegative.class,
      description = {
        "How many of them must fit before the driver starts (cluster mode). Default: 1, or 0 without"
            + " --executors.",
        "Example: --min-executors 2"
      })
  Integer minExecutors;

  @Option(
      names = "--executor-cores",
      paramLabel = "N|all",
      defaultValue = "1",
      converter = Converters.Cores.class,
      description = {
        "Cores of one executor; it runs as many tasks at once. 'all': one executor a worker, with"
            + " all the cores that are free there. Default: 1.",
        "Example: --executor-cores 4"
      })
  int executorCores;

  @Option(
      names = "--executor-memory",
      paramLabel = "SIZE",
      defaultValue = "1g",
      converter = Converters.Memory.class,
      description = {
        "Memory of one executor, with a unit. Default: 1g.",
        "Example: --executor-memory 3g"
      })
  long executorMemory;

  @Option(
      names = "--max-cores",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {
        "Cap on the cores of all executors together. Default: none.",
        "Example: --max-cores 16"
      })
  Integer maxCores;

  @Option(
      names = "--jar",
      paramLabel = "F",
      converter = Converters.FilePath.class,
      description = {
        "A jar, or a directory of classes, for the class path of driver and executors, after"
            + " APP.jar. May be repeated; the order counts.",
        "Example: --jar lib/json.jar --jar lib/csv.jar"
      })
  List<Path> jars = new ArrayList<>();

  @Option(
      names = "--file",
      paramLabel = "F",
      converter = Converters.FilePath.class,
      description = {
        "A file that driver and executors find in their working directory. May be repeated.",
        "Example: --file rules.txt"
      })
  List<Path> files = new ArrayList<>();

  @Option(
      names = "--env",
      paramLabel = "K=V",
      converter = Converters.NamedValue.class,
      description = {
        "A variable of the environment of driver and executors. Nothing of this shell's environment"
            + " is passed on by itself. May be repeated.",
        "Example: --env TZ=UTC"
      })
  List<Assignment> environment = new ArrayList<>();

  @Option(
      names = "--java-option",
      paramLabel = "O",
      description = {
        "An option of the JVMs of driver and executors. May be repeated.",
        "Example: --java-option -Dlog.level=debug"
      })
  List<String> javaOptions = new ArrayList<>();

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      description = {
        "Launcher for driver (cluster mode) and executors. Default: each worker's.",
        "Example: --launcher process"
      })
  String launcher;

  @Option(
      names = "--launcher-option",
      paramLabel = "K=V",
      converter = Converters.NamedValue.class,
      description = {
        "An option for that launcher. May be repeated.",
        "Example: --launcher-option image=jre17"
      })
  List<Assignment> launcherOptions = new ArrayList<>();

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = {
        "Account as which driver (cluster mode) and executors run, if their launcher can and their"
            + " workers allow it. Default: each worker's own.",
        "Example: --user nobody"
      })
  String user;

  @Option(
      names = "--driver-launcher",
      paramLabel = "NAME",
      description = {
        "Launcher for the driver alone (cluster mode). Default: that of --launcher.",
        "Example: --driver-launcher process"
      })
  String driverLauncher;

  @Option(
      names = "--executor-launcher",
      paramLabel = "NAME",
      description = {
        "Launcher for the executors alone. Default: that of --launcher.",
        "Example: --executor-launcher process"
      })
  String executorLauncher;

  @Option(
      names = "--driver-launcher-option",
      paramLabel = "K=V",
      converter = Converters.NamedValue.class,
      description = {
        "An option for the driver's launcher; wins over --launcher-option. May be repeated.",
        "Example: --driver-launcher-option image=jre17"
      })
  List<Assignment> driverLauncherOptions = new ArrayList<>();

  @Option(
      names = "--executor-launcher-option",
      paramLabel = "K=V",
      converter = Converters.NamedValue.class,
      description = {
        "An option for the executors' launcher; wins over --launcher-option. May be repeated.",
        "Example: --executor-launcher-option image=jre17"
      })
  List<Assignment> executorLauncherOptions = new ArrayList<>();

  @Option(
      names = "--executor-command",
      paramLabel = "'COMMAND ARGS...'",
      description = {
        "What an executor runs instead of Slipway's own: one argument, split into words at blanks,"
            + " with quotes; no shell. {{SLIPWAY_EXECUTOR_NUMBER}} and the other variables that"
            + " Slipway sets can stand in it.",
        "Example: --executor-command 'sh crunch.sh {{SLIPWAY_EXECUTOR_NUMBER}}'"
      })
  String executorCommand;

  @Option(
      names = "--lost-after",
      paramLabel = "D",
      converter = Converters.Span.class,
      description = {
        "How long a worker, or a client-mode driver, may be silent before what it ran counts as"
            + " lost. Default: 60s.",
        "Example: --lost-after 5m"
      })
  Duration lostAfter;

  @Option(
      names = "--time-limit",
      paramLabel = "D",
      converter = Converters.Span.class,
      description = {
        "Ends the application once it has run for so long, over all of its attempts; waiting for"
            + " resources does not count. It is FAILED then, and the exit code is 124. Default: no"
            + " limit.",
        "Example: --time-limit 2h"
      })
  Duration timeLimit;

  @Option(
      names = "--listen",
      paramLabel = "H:P",
      converter = Converters.Address.class,
      description = {
        "Client mode: where the driver listens for its executors; port 0 means any. Default:"
            + " 127.0.0.1:0.",
        "Example: --listen 0.0.0.0:0 --advertise 10.0.0.9:0 --insecure"
      })
  HostPort listen;

  @Option(
      names = "--advertise",
      paramLabel = "H:P",
      converter = Converters.Address.class,
      description = {
        "Client mode: the address under which executors reach the driver; port 0 means the port it"
            + " listens on. Default: that of --listen.",
        "Example: --advertise 10.0.0.9:0"
      })
  HostPort advertise;

  @Option(
      names = "--insecure",
      description =
          "Client mode: let the driver listen beyond loopback, although connections are not"
              + " encrypted.")
  boolean insecure;

  @Option(
      names = "--request-id",
      paramLabel = "ID",
      description = {
        "Makes a repetition harmless: the same id again gets the same application. 1 to 64 letters,"
            + " digits and hyphens, kept for 24 hours. Default: a new one.",
        "Example: --request-id report-2026-11-22"
      })
  String requestId;
}
