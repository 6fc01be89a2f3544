package io.slipway.cli;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in our words in place of the parser's. */
final class WrongUse {
  private WrongUse() {}

  /** In one line: what is wrong, and what would be right where that can be said. */
  static String explain(ParameterException problem) {
    if (problem instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched);
    }
    if (problem instanceof MissingParameterException missing && missing.getMissing() != null) {
      return missing(problem, missing.getMissing());
    }
    ArgSpec argument = problem.getArgSpec();
    String value = problem.getValue();
    if (argument != null && value != null && element(argument).isEnum()) {
      return name(argument)
          + ": '"
          + value
          + "' is none of "
          + Stream.of(element(argument).getEnumConstants())
              .map(each -> each.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(", "));
    }
    String text = problem.getMessage().strip().replaceFirst("^Error: ", "");
    return argument == null
        ? text
        : text.replaceFirst(
            "^Invalid value for (option|positional parameter) [^:]*: ",
            Matcher.quoteReplacement(name(argument) + ": "));
  }

  private static String unmatched(UnmatchedArgumentException problem) {
    CommandLine command = problem.getCommandLine();
    String first = problem.getUnmatched().isEmpty() ? "" : problem.getUnmatched().get(0);
    if (problem.isUnknownOption()) {
      String flag = first.replaceFirst("=.*", "");
      List<String> known =
          command.getCommandSpec().options().stream()
              .filter(option -> !option.hidden())
              .map(OptionSpec::longestName)
              .toList();
      return "unknown flag '" + flag + "'" + Spelling.advice(flag, known);
    }
    Collection<String> commands =
        command.getSubcommands().entrySet().stream()
            .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
            .map(each -> each.getKey())
            .toList();
    return commands.isEmpty()
        ? "'" + first + "' is one argument too many"
        : "unknown command '" + first + "'" + Spelling.advice(first, commands);
  }

  private static String missing(ParameterException problem, List<ArgSpec> missing) {
    if (missing.size() != 1) {
      return problem.getMessage().strip().replaceFirst("^Error: ", "");
    }
    ArgSpec argument = missing.get(0);
    String label = argument.paramLabel();
    return argument instanceof OptionSpec option && !option.required()
        ? name(argument) + " has no value; give " + label
        : name(argument) + " is missing";
  }

  private static Class<?> element(ArgSpec argument) {
    return argument.isMultiValue() ? argument.auxiliaryTypes()[0] : argument.type();
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}
