package io.slipway.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The scripts with which a shell completes commands, flags and their values: a table of what may
 * stand where, made from the flags themselves, that both shells read, and for each shell a function
 * that hands it the words.
 */
final class CompletionScript {
  private static final String NEXT =
      """
      # What may stand behind the words before it: sets _slipway_words, and _slipway_files where it is a file's name.
      # $1: what is there of it; then the words before, without 'slipway'.
      _slipway_next() {
        local current=$1 command=$2 flag= word
        _slipway_words= _slipway_files= _slipway_list=
        if [ $# -eq 1 ]; then
          _slipway_words="$_slipway_commands --help --version"
          return
        fi
        shift 2
        for word in "$@"; do
          shift
          if [ -n "$flag" ]; then
            flag=
          elif _slipway_value "$command" "$word"; then
            flag=$word
          else
            case $command:$word in
              submit:--) _slipway_words= _slipway_files=yes; return ;;
              submit:-*) ;;
              submit:*) _slipway_words= _slipway_files=yes; return ;;
              config:-*) ;;
              config:*) _slipway_next "$current" "$word" "$@"; return ;;
            esac
          fi
        done
        _slipway_words= _slipway_files= _slipway_list=
        if [ -n "$flag" ]; then
          _slipway_value "$command" "$flag"
          return
        fi
        case $current in
          -*) _slipway_flags "$command" ;;
          *) _slipway_argument "$command" ;;
        esac
      }
      """;

  private static final String BASH =
      """
      _slipway() {
        local current=${COMP_WORDS[COMP_CWORD]} behind= i word
        local -a before
        before=()
        for ((i = 1; i < COMP_CWORD; i++)); do
          # bash takes --flag=value apart.
          [ "${COMP_WORDS[i]}" = = ] || before+=("${COMP_WORDS[i]}")
        done
        [ "$current" != = ] || current=
        COMPREPLY=()
        _slipway_next "$current" "${before[@]}"
        # Without a reply bash completes file names by itself, with all their quotes.
        if [ -z "$_slipway_files" ]; then
          if [ -n "$_slipway_list" ]; then
            case $current in *,*) behind=${current%,*}, current=${current##*,} ;; esac
          fi
          while IFS= read -r word; do
            COMPREPLY+=("$word")
          done < <(compgen -P "$behind" -W "$_slipway_words" -- "$current")
          compopt +o default 2>/dev/null
        fi
      }
      complete -o default -F _slipway slipway
      """;

  private static final String ZSH =
      """
      _slipway() {
        local current=${words[CURRENT]} flag=
        if [[ $current == --*=* ]]; then
          flag=${current%%=*} current=${current#*=}
          compset -P '*='
        fi
        _slipway_next "$current" "${(@)words[2,CURRENT-1]}" ${flag:+"$flag"}
        if [ -n "$_slipway_files" ]; then
          _files
        else
          [ -z "$_slipway_list" ] || compset -P '*,'
          compadd -- ${=_slipway_words}
        fi
      }
      # Where it was loaded from a directory of fpath, it is called for the word that is to be completed now.
      if [ "${funcstack[1]}" = _slipway ]; then _slipway "$@"; else compdef _slipway slipway; fi
      """;

  private final Map<String, CommandSpec> commands = new TreeMap<>();

  /**
   * Of these commands.
   *
   * @param root with all that it has
   */
  CompletionScript(CommandLine root) {
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                commands.put(name, command.getCommandSpec());
              }
            });
  }

  /** For bash from 3.2 on. */
  String bash() {
    return "# slipway completion for bash\n\n" + tables() + "\n" + BASH;
  }

  /** For zsh: to be read after compinit, or as a file {@code _slipway} in a directory of fpath. */
  String zsh() {
    return "#compdef slipway\n\n" + tables() + "\n" + ZSH;
  }

  private String tables() {
    StringBuilder script = new StringBuilder();
    script
        .append("_slipway_commands='")
        .append(String.join(" ", commands.keySet()))
        .append("'\n\n");
    script.append("_slipway_flags() {\n  case $1 in\n");
    commands.forEach(
        (name, spec) ->
            script
                .append("    ")
                .append(name)
                .append(") _slipway_words='")
                .append(flags(spec))
                .append("' ;;\n"));
    script.append("  esac\n}\n\n# Whether a flag of a command has a value, and which.\n");
    script.append("_slipway_value() {\n  case $1:$2 in\n");
    commands.forEach(
        (name, spec) -> {
          for (OptionSpec option : shown(spec)) {
            if (!FlagValues.isSwitch(option)) {
              script
                  .append("    ")
                  .append(places(name, option))
                  .append(") ")
                  .append(candidates(option))
                  .append(";;\n");
            }
          }
        });
    script.append("    *) return 1 ;;\n  esac\n}\n\n");
    script.append("_slipway_argument() {\n  case $1 in\n");
    commands.forEach(
        (name, spec) -> {
          String argument = argument(spec);
          if (!argument.isEmpty()) {
            script.append("    ").append(name).append(") ").append(argument).append(";;\n");
          }
        });
    return script.append("  esac\n}\n\n").append(NEXT).toString();
  }

  private static List<OptionSpec> shown(CommandSpec spec) {
    return spec.options().stream().filter(option -> !option.hidden()).toList();
  }

  private static String flags(CommandSpec spec) {
    return shown(spec).stream().map(OptionSpec::longestName).collect(Collectors.joining(" "));
  }

  private static String places(String command, OptionSpec option) {
    List<String> places = new ArrayList<>();
    for (String name : option.names()) {
      places.add(command + ":" + name);
    }
    return String.join("|", places);
  }

  private static String argument(CommandSpec spec) {
    return switch (spec.name()) {
      case "submit" -> "_slipway_files=yes ";
      case "config" -> "_slipway_words='" + String.join(" ", FlagKey.COMMANDS) + "' ";
      default ->
          spec.positionalParameters().stream()
              .map((Function<ArgSpec, String>) CompletionScript::candidates)
              .collect(Collectors.joining());
    };
  }

  /** What sets the variables for a value; empty if any text may stand there. */
  private static String candidates(ArgSpec argument) {
    Class<?> type = argument.auxiliaryTypes()[0];
    if (type == Path.class) {
      return "_slipway_files=yes ";
    }
    if (argument.completionCandidates() == null) {
      return "";
    }
    List<String> words = new ArrayList<>();
    argument.completionCandidates().forEach(word -> words.add(word.toLowerCase(Locale.ROOT)));
    String list = argument.splitRegex().isEmpty() ? "" : "_slipway_list=yes ";
    return "_slipway_words='" + String.join(" ", words) + "' " + list;
  }
}
