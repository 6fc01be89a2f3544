package io.slipway.cli;

import com.google.gson.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code slipway version}. */
@Command(
    name = "version",
    sortOptions = false,
    description = "Shows the version of this command and of the Java that runs it.",
    footer = {
      "",
      "Masters and workers tell their own: 'slipway workers --output wide'.",
      "",
      "Examples:",
      "  slipway version",
      "  slipway version --output json",
      "",
      "Exit codes: 0 done, 2 wrong use."
    })
final class VersionCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private OutputOption output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    String java = System.getProperty("java.version");
    String home = System.getProperty("java.home");
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (output.isJson()) {
      JsonObject json = new JsonObject();
      json.addProperty("version", Version.text());
      json.addProperty("java", java);
      json.addProperty("javaHome", home);
      json.addProperty("platform", platform);
      spec.commandLine().getOut().println(Json.text(json));
    } else {
      spec.commandLine().getOut().println("slipway " + Version.text());
      spec.commandLine().getOut().println("java " + java + " (" + home + "), " + platform);
    }
    return ExitCodes.OK;
  }
}
