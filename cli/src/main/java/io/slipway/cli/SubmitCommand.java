package io.slipway.cli;

import com.google.gson.JsonObject;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.client.Submission;
import io.slipway.launcher.Launcher;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.DeployMode;
import io.slipway.model.HostPort;
import io.slipway.model.Signals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code slipway submit}. */
@Command(
    name = "submit",
    sortOptions = false,
    customSynopsis = {
      "slipway submit [FLAGS] APP.jar [ARGS...]",
      "      slipway submit [FLAGS] -- COMMAND [ARGS...]"
    },
    description = {
      "Runs a program on a cluster: one driver, and the executors that work for it.",
      "",
      "In client mode (the default) the driver runs here, the command shows its output, runs until"
          + " it ends, and exits with its exit code; interrupting the command ends the application."
          + " In cluster mode the driver runs on a worker, and the command prints the application's"
          + " id and returns.",
      "",
      "The driver finds the same in both modes: standard input at its end, a fresh working"
          + " directory with its files, and no more environment than PATH, HOME, TMPDIR, LANG,"
          + " USER, Slipway's own SLIPWAY_... and what --env gives.",
      ""
    },
    footer = {
      "",
      "Flags stand before APP.jar or '--'; all that follows belongs to the program.",
      "",
      "Examples:",
      "  slipway submit app.jar 2026-11-22",
      "  slipway submit --executors 4 --executor-memory 2g --jar lib/csv.jar app.jar input.csv",
      "  slipway submit --deploy-mode cluster --wait --follow app.jar",
      "  slipway submit --deploy-mode cluster --file job.sh -- sh job.sh 10",
      "  slipway submit --spec nightly.yaml --dry-run",
      "  slipway submit --file work.sh --executors 3 --executor-command 'sh work.sh' -- sleep 60",
      "",
      "Exit codes (client mode, or with --wait):",
      "  0 to 255  the driver's own; 128 + n if signal n ended it, or the command in client mode",
      "  2         the command line is wrong; nothing was submitted",
      "  122       killed by request",
      "  123       LOST: nobody can know how the driver ended",
      "  124       its time limit passed",
      "  125       Slipway could not do it: refused, no master answered, or the driver did not"
          + " start"
    })
final class SubmitCommand implements Callable<Integer> {
  private static final String SPEC_FLAG = "--spec";

  @Mixin private HelpOption help;

  @Mixin private ConnectionOptions connection;

  @Mixin private SubmitOptions options;

  @Mixin private OutputOption output;

  @Mixin private InputEndOption input;

  @Option(
      names = "--wait",
      description =
          "Cluster mode: wait for the end, and exit with the driver's code. Interrupting the"
              + " command leaves the application running.")
  private boolean wait;

  @Option(
      names = "--follow",
      description = "Cluster mode: the same as --wait, and show the driver's output as it comes.")
  private boolean follow;

  @Option(
      names = SPEC_FLAG,
      paramLabel = "FILE",
      converter = Converters.FilePath.class,
      description = {
        "A file, YAML or JSON, with flags as keys, without their hyphens, and 'application' with"
            + " 'arguments', or 'command'. Paths in it are relative to it. Flags win, and so does a"
            + " program on the command line.",
        "Example: --spec nightly.yaml"
      })
  private Path specFile;

  @Option(
      names = "--dry-run",
      description =
          "Submit nothing: show as JSON what would be submitted, and whether it would fit on the"
              + " workers that there are: NOW, LATER (once what runs has ended) or NEVER.")
  private boolean dryRun;

  @Parameters(
      paramLabel = "PROGRAM",
      hidden = true,
      arity = "0..*",
      description = "APP.jar and its arguments, or after '--' a command.")
  private List<String> program = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.quiet();
    // A client-mode driver ends with this process.
    Future<?> unused = input.end().thenRun(() -> System.exit(ExitCodes.SIGNAL_BASE + Signals.TERM));
    List<HostPort> masters = connection.masters();
    String token = connection.token().token();
    try (Scratch scratch = Scratch.create("slipway-submit-")) {
      Submission resolved = resolve(scratch);
      try (SlipwayClient client = SlipwayClient.connect(masters, token)) {
        if (dryRun) {
          return tell(client, resolved);
        }
        return resolved.spec().deployMode() == DeployMode.CLIENT
            ? runHere(client, resolved, scratch)
            : runOnCluster(client, resolved, scratch);
      }
    }
  }

  /**
   * The submission's file.
   *
   * @param parsed of any command
   */
  static Optional<SpecFile> specFile(ParseResult parsed) {
    return Optional.ofNullable(parsed.matchedOption(SPEC_FLAG))
        .map(flag -> SpecFile.read(flag.getValue()));
  }

  private Submission resolve(Scratch scratch) {
    SubmissionResolver resolver = new SubmissionResolver(options, scratch.directory());
    if (program.isEmpty() && specFile != null) {
      SpecFile.Program named = SpecFile.read(specFile).program();
      if (named.words().isEmpty()) {
        throw CommandFailedException.usage(
            specFile
                + " names neither 'application' nor 'command', and no program stands on the command"
                + " line; add one");
      }
      return resolver.resolve(named.words(), named.isCommand());
    }
    return resolver.resolve(program, isCommand());
  }

  private int tell(SlipwayClient client, Submission resolved) throws InterruptedException {
    LauncherCheck.check(client, resolved.spec());
    FitCheck fit = FitCheck.of(resolved.spec(), client.workers());
    spec.commandLine().getOut().println(Json.text(dryRun(resolved.spec(), fit)));
    return ExitCodes.OK;
  }

  /** What {@code --dry-run} prints. */
  static JsonObject dryRun(ApplicationSpec submitted, FitCheck fit) {
    JsonObject json = new JsonObject();
    json.add("specification", SpecJson.specification(submitted));
    json.addProperty("fits", fit.fits().name());
    json.addProperty("executorsNow", fit.executorsNow());
    json.addProperty("reason", fit.reason());
    return json;
  }

  private int runOnCluster(SlipwayClient client, Submission resolved, Scratch scratch)
      throws IOException, InterruptedException {
    LauncherCheck.check(client, resolved.spec());
    Console console = console();
    upload(client, resolved);
    ApplicationHandle handle = submit(client, resolved);
    // Whatever ends the wait, and however long it lasts: the cluster has the files now.
    scratch.close();
    return new ClusterModeWait(client, handle.id(), console, output.isJson()).run(wait, follow);
  }

  private int runHere(SlipwayClient client, Submission resolved, Scratch scratch)
      throws IOException, InterruptedException {
    // First: its supervisor starts while the masters are asked.
    try (Launcher launcher = ClientModeLaunch.startLauncher(scratch.directory())) {
      LauncherCheck.check(client, resolved.spec());
      Console console = console();
      upload(client, resolved);
      StopRequest stop = new StopRequest();
      // From here on it may have been accepted, and then it is to be ended.
      TerminalSignals.handle(stop::signalled);
      stop.listen(count -> leaveUnanswered(count, stop, console));
      ApplicationHandle handle = submit(client, resolved);
      return new ClientModeRun(
              client, handle, resolved, options, stop, console, scratch.directory())
          .run(launcher, output.isJson());
    }
  }

  private Console console() {
    return new Console(spec.commandLine().getOut(), spec.commandLine().getErr());
  }

  /** While files travel there is no application yet: a signal ends the command at once. */
  private static void upload(SlipwayClient client, Submission resolved)
      throws IOException, InterruptedException {
    try (UploadProgress progress = new UploadProgress(Terminal.onStandardError())) {
      client.upload(resolved.artifacts(), progress);
    }
  }

  private ApplicationHandle submit(SlipwayClient client, Submission resolved)
      throws IOException, InterruptedException {
    try {
      return client.submit(new Submission(resolved.requestId(), resolved.spec(), List.of()));
    } catch (SlipwayException e) {
      throw explain(e, resolved.requestId());
    }
  }

  private static void leaveUnanswered(int count, StopRequest stop, Console console) {
    if (count == 1) {
      console.note("ends when the master has answered; a second signal leaves at once");
    } else {
      System.exit(ExitCodes.SIGNAL_BASE + stop.signal().orElseThrow());
    }
  }

  private CommandFailedException explain(SlipwayException problem, String requestId) {
    if (problem.kind() == SlipwayException.Kind.UNREACHABLE
        && problem.reason().equals("OUTCOME_UNKNOWN")) {
      return CommandFailedException.failed(
          problem.getMessage()
              + "; the application may have been accepted: the same command with --request-id "
              + requestId
              + " gets that one, or hands it in",
          problem);
    }
    if (problem.reason().equals("REQUEST_ID_REUSED")) {
      return CommandFailedException.failed(
          "--request-id "
              + options.requestId
              + " was used before with another submission; choose another id",
          problem);
    }
    if (problem.reason().equals("LIMIT_EXCEEDED")
        && problem.kind() == SlipwayException.Kind.INVALID) {
      return CommandFailedException.failed(
          problem.getMessage() + "; large arguments and settings travel as files: --file", problem);
    }
    return Failures.explain(problem);
  }

  /** Whether {@code --} stood before the program. */
  private boolean isCommand() {
    List<String> all = spec.commandLine().getParseResult().originalArgs();
    int before = all.size() - program.size() - 1;
    return before >= 0 && all.get(before).equals("--");
  }
}
