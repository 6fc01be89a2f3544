package io.slipway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code slipway completion}. */
@Command(
    name = "completion",
    sortOptions = false,
    description =
        "Prints a script with which a shell completes commands, flags and their values, and files.",
    footer = {
      "",
      "To be read when a shell starts, or kept as a file: for bash 'slipway' in a directory where",
      "bash-completion looks, for zsh '_slipway' in a directory of fpath.",
      "",
      "Examples:",
      "  source <(slipway completion bash)                            # in ~/.bashrc",
      "  autoload -U compinit; compinit",
      "  source <(slipway completion zsh)                             # in ~/.zshrc, after that line",
      "  slipway completion bash > ~/.local/share/bash-completion/completions/slipway",
      "  slipway completion zsh > /usr/local/share/zsh/site-functions/_slipway",
      "",
      "Exit codes: 0 done, 2 wrong use."
    })
final class CompletionCommand implements Callable<Integer> {
  /** Those that are known. */
  private enum Shell {
    /** GNU bash. */
    BASH,
    /** The Z shell. */
    ZSH
  }

  @Mixin private HelpOption help;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CompletionScript script = new CompletionScript(SlipwayMain.everything());
    spec.commandLine()
        .getOut()
        .print(
            switch (shell) {
              case BASH -> script.bash();
              case ZSH -> script.zsh();
            });
    return ExitCodes.OK;
  }
}
