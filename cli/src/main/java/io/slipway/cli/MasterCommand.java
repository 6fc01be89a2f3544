package io.slipway.cli;

import io.slipway.master.Master;
import io.slipway.master.MasterException;
import io.slipway.master.MasterSettings;
import io.slipway.model.HostPort;
import io.slipway.rpc.NettyStart;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code slipway master}. */
@Command(
    name = "master",
    sortOptions = false,
    description = {
      "Runs a master: takes applications and decides what runs where.",
      "",
      "Runs in the foreground until it is interrupted, and prints 'master ready at HOST:PORT' once"
          + " it takes calls. Everything it has acknowledged is on disk; it can be stopped or"
          + " killed at any time and started again with the same --data-dir, and applications run"
          + " on meanwhile. At its first start it makes the token files with which workers and"
          + " users of this account are let in.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  slipway master",
      "  slipway master --listen 127.0.0.1:0 --data-dir /tmp/try",
      "  slipway master --listen 0.0.0.0:7077 --advertise 10.0.0.5:7077 --insecure",
      "",
      "Exit codes: 0 it was asked to end, 2 wrong use, 125 it can't start or can't go on."
    })
final class MasterCommand implements Callable<Integer> {
  private static final HostPort USUAL_ADDRESS = new HostPort("127.0.0.1", 7077);

  @Mixin private HelpOption help;

  @Mixin private ServingOptions serving;

  @Mixin private MonitoringOptions monitoring;

  @Mixin private LogOptions logs;

  @Mixin private KeepingOptions keeping;

  @Mixin private InputEndOption input;

  @Option(
      names = "--data-dir",
      paramLabel = "D",
      converter = Converters.FilePath.class,
      description = {
        "Directory for all that this master must not lose. One master a directory. Default:"
            + " $XDG_STATE_HOME/slipway/master or ~/.local/state/slipway/master.",
        "Example: --data-dir /var/lib/slipway-master"
      })
  private Path dataDirectory;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Logging.warningsOnly();
    logs.apply();
    NettyStart.prepare();
    Foreground foreground = new Foreground(spec.commandLine().getOut());
    try (Master master = new Master(settings(), this::endAtOnce)) {
      master.start();
      return foreground.run(master.ready(), "master ready at " + master.address(), input.end());
    } catch (MasterException e) {
      throw Failures.start(e, "--data-dir");
    }
  }

  /** Without hooks: what is not on disk now must not be acknowledged any more. */
  private void endAtOnce(String message, Optional<? extends Throwable> cause) {
    spec.commandLine().getErr().println("slipway master: can't go on: " + message);
    if (System.getenv("SLIPWAY_DEBUG") != null) {
      cause.ifPresent(Throwable::printStackTrace);
    }
    Runtime.getRuntime().halt(ExitCodes.FAILED);
  }

  private MasterSettings settings() {
    MasterSettings settings =
        new MasterSettings(
            serving.listen(USUAL_ADDRESS),
            serving.advertise(),
            dataDirectory == null ? StateDirectory.of("master") : dataDirectory,
            serving.insecure(),
            Optional.of(serving.tokenDirectory(Configuration.ofProcess())));
    return keeping.applyTo(settings.withHttp(monitoring.http()));
  }
}
