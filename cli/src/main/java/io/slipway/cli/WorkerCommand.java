package io.slipway.cli;

import io.slipway.client.inprocess.InProcessLauncherProvider;
import io.slipway.launcher.LaunchException;
import io.slipway.launcher.Launcher;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.LauncherSettings;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.worker.Worker;
import io.slipway.worker.WorkerSettings;
import io.slipway.worker.WorkerStartException;
import io.slipway.worker.execution.InstalledLaunchers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code slipway worker}. */
@Command(
    name = "worker",
    sortOptions = false,
    description = {
      "Runs a worker: offers this machine's cores and memory to a cluster, and launches processes"
          + " on it.",
      "",
      "Runs in the foreground until it is interrupted, and prints 'worker ready at HOST:PORT' once"
          + " a master has taken it. Restarting it is harmless: what it has launched runs on, and"
          + " is adopted by the next worker with the same --work-dir.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  slipway worker --master 127.0.0.1:7077",
      "  slipway worker --master 10.0.0.5:7077 --listen 10.0.0.6:7078 --insecure --cores 8 --memory"
          + " 24g",
      "  slipway worker --master 127.0.0.1:7077 --work-dir /var/lib/slipway --label disk=ssd",
      "",
      "Exit codes: 0 it was asked to end, 2 wrong use, 125 it can't start or no master will take"
          + " it."
    })
final class WorkerCommand implements Callable<Integer> {
  private static final HostPort USUAL_ADDRESS = new HostPort("127.0.0.1", 0);

  @Mixin private HelpOption help;

  @Mixin private ServingOptions serving;

  @Mixin private MonitoringOptions monitoring;

  @Mixin private LogOptions logs;

  @Mixin private KeptFilesOptions kept;

  @Mixin private InputEndOption input;

  @Option(
      names = "--master",
      paramLabel = "H:P",
      split = ",",
      converter = Converters.Address.class,
      description = {
        "Address of the master, or addresses of all masters: HOST:PORT[,HOST:PORT]. Default:"
            + " SLIPWAY_MASTER, then 'master' of the configuration file.",
        "Example: --master 10.0.0.5:7077"
      })
  private List<HostPort> masters;

  @Option(
      names = "--cores",
      paramLabel = "N",
      converter = Converters.Positive.class,
      description = {"Cores to offer. Default: all of this machine.", "Example: --cores 8"})
  private Integer cores;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = Converters.Memory.class,
      description = {
        "Memory to offer, with a unit (k, m, g, t). Default: all of this machine but 1g.",
        "Example: --memory 8g"
      })
  private Long memory;

  @Option(
      names = "--label",
      paramLabel = "K=V",
      converter = Converters.NamedValue.class,
      description = {
        "A label of this worker, which 'slipway workers' shows. May be repeated.",
        "Example: --label disk=ssd"
      })
  private List<Assignment> labels = new ArrayList<>();

  @Option(
      names = "--work-dir",
      paramLabel = "D",
      converter = Converters.FilePath.class,
      description = {
        "Directory for all that this worker keeps: its id, executions with their logs, files of"
            + " applications. One worker a directory. Default: $XDG_STATE_HOME/slipway/worker or"
            + " ~/.local/state/slipway/worker.",
        "Example: --work-dir /var/lib/slipway"
      })
  private Path workDirectory;

  @Option(
      names = "--launcher",
      paramLabel = "NAME",
      defaultValue = WorkerSettings.DEFAULT_LAUNCHER,
      description = {
        "The launcher for submissions that name none. Default: process.",
        "Example: --launcher process"
      })
  private String launcher;

  @Option(
      names = "--launcher-setting",
      paramLabel = "NAME.KEY=VALUE",
      converter = Converters.NamedValue.class,
      description = {
        "A setting of one launcher. May be repeated.",
        "Example: --launcher-setting docker.image=jre17"
      })
  private List<Assignment> launcherSettings = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Logging.warningsOnly();
    logs.apply();
    Worker worker = new Worker(settings(), launchers());
    Foreground foreground = new Foreground(spec.commandLine().getOut());
    try (worker) {
      try {
        worker.start();
      } catch (WorkerStartException e) {
        throw Failures.start(e, "--work-dir");
      }
      return foreground.run(
          worker.registered(), "worker ready at " + worker.address(), worker.end(), input.end());
    }
  }

  /** All on the class path but the one that would run programs of users in this very process. */
  private List<LauncherProvider> launchers() {
    InstalledLaunchers.reportDamaged(Distribution.launcherJars());
    return InstalledLaunchers.discover(WorkerCommand.class.getClassLoader()).stream()
        .filter(provider -> !provider.name().equals(InProcessLauncherProvider.NAME))
        .map(provider -> input.wanted() ? new EndingWithOwner(provider) : provider)
        .toList();
  }

  /** A worker that ends with whoever started it must leave nothing for a next one. */
  private record EndingWithOwner(LauncherProvider provider) implements LauncherProvider {
    @Override
    public String name() {
      return provider.name();
    }

    @Override
    public Launcher create(LauncherSettings settings) throws LaunchException {
      return provider.create(
          new LauncherSettings(
              settings.owner(),
              settings.directory(),
              settings.executions(),
              false,
              settings.options()));
    }
  }

  private WorkerSettings settings() {
    Configuration configuration = Configuration.ofProcess();
    Resources machine = WorkerSettings.machine();
    return new WorkerSettings(
            ConnectionOptions.masters(masters, configuration),
            serving.listen(USUAL_ADDRESS),
            serving.advertise(),
            new Resources(
                cores == null ? machine.cores() : cores,
                memory == null ? machine.memoryBytes() : memory),
            Assignment.toMap("--label", labels),
            workDirectory == null ? StateDirectory.of("worker") : workDirectory.toAbsolutePath(),
            launcher,
            launcherOptions(),
            serving.insecure(),
            serving.tokenDirectory(configuration),
            Version.text())
        .withHttp(monitoring.http())
        .withKept(kept.files());
  }

  private SortedMap<String, SortedMap<String, String>> launcherOptions() {
    SortedMap<String, SortedMap<String, String>> options = new TreeMap<>();
    Assignment.toMap("--launcher-setting", launcherSettings)
        .forEach(
            (name, value) -> {
              int dot = name.indexOf('.');
              if (dot <= 0 || dot == name.length() - 1) {
                throw CommandFailedException.usage(
                    "--launcher-setting '"
                        + name
                        + "="
                        + value
                        + "' is not of the form NAME.KEY=VALUE; NAME is the launcher's");
              }
              options
                  .computeIfAbsent(name.substring(0, dot), launcherName -> new TreeMap<>())
                  .put(name.substring(dot + 1), value);
            });
    return options;
  }
}
