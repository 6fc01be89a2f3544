package io.slipway.cli;

import java.util.function.UnaryOperator;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * The colours of what is shown to people. There are none where no terminal is, where it can't show
 * them ({@code TERM=dumb}), and where {@code NO_COLOR} is set to anything.
 */
final class Colours {
  /** None, whatever is shown. */
  static final Colours NONE = new Colours(Help.Ansi.OFF);

  private final Help.Ansi ansi;

  private Colours(Help.Ansi ansi) {
    this.ansi = ansi;
  }

  /** Those of standard output. */
  static Colours onStandardOutput() {
    return of(Terminal.onStandardOutput(), System::getenv);
  }

  /** Those of standard error. */
  static Colours onStandardError() {
    return of(Terminal.onStandardError(), System::getenv);
  }

  /**
   * Those of a stream.
   *
   * @param environment from a variable's name to its value, or null
   */
  static Colours of(boolean isTerminal, UnaryOperator<String> environment) {
    String unwanted = environment.apply("NO_COLOR");
    boolean wanted =
        isTerminal
            && (unwanted == null || unwanted.isEmpty())
            && !"dumb".equals(environment.apply("TERM"));
    return wanted ? new Colours(Help.Ansi.ON) : NONE;
  }

  /** Those of the help. */
  Help.ColorScheme ofHelp() {
    return Help.defaultColorScheme(ansi);
  }

  /** The name of a state in its colour: green is well, red is not, yellow ends or may end. */
  String state(String name) {
    return switch (name) {
      case "RUNNING", "SUCCEEDED", "LIVE" -> paint(Style.fg_green, name);
      case "FAILED", "LOST" -> paint(Style.fg_red, name);
      case "STOPPING", "RESTARTING", "KILLED", "SUSPECT", "DRAINING" ->
          paint(Style.fg_yellow, name);
      case "QUEUED", "STARTING", "PENDING", "LAUNCHING" -> paint(Style.fg_cyan, name);
      default -> name;
    };
  }

  private String paint(Style colour, String text) {
    return ansi.enabled() ? colour.on() + text + colour.off() : text;
  }
}
