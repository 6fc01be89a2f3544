package io.slipway.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code slipway completion}. */
@Command(
    name = "completion",
    sortOptions = false,
    description = "Prints a script with which a shell completes commands and flags.",
    footer = {
      "",
      "Examples:",
      "  source <(slipway completion bash)              # in ~/.bashrc",
      "  autoload -U compinit; compinit",
      "  source <(slipway completion zsh)               # in ~/.zshrc, behind the line above",
      "",
      "Exit codes: 0 done, 2 wrong use."
    })
final class CompletionCommand implements Callable<Integer> {
  /** Those that are known. */
  private enum Shell {
    /** GNU bash. */
    BASH,
    /** The Z shell, by its emulation of bash's completion. */
    ZSH
  }

  @Mixin private HelpOption help;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    StringBuilder script = new StringBuilder();
    if (shell == Shell.ZSH) {
      script.append("autoload -U +X bashcompinit && bashcompinit\n");
    }
    script.append(AutoComplete.bash("slipway", SlipwayMain.everything()));
    spec.commandLine().getOut().println(script);
    return ExitCodes.OK;
  }
}
