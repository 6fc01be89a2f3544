package io.slipway.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** Gives flags the values that stand elsewhere than on the command line. */
final class FlagValues {
  private FlagValues() {}

  /**
   * Reads what a flag would read.
   *
   * @param setting its text, and the place for the message
   * @param base for relative paths; null for the working directory
   * @throws CommandFailedException naming the place, if it is no value of this flag
   */
  static List<Object> read(OptionSpec flag, Configuration.Setting setting, Path base) {
    String[] texts =
        flag.splitRegex().isEmpty()
            ? new String[] {setting.text()}
            : setting.text().split(flag.splitRegex());
    List<Object> values = new ArrayList<>();
    for (String text : texts) {
      try {
        Object value = one(flag, text);
        values.add(value instanceof Path path && base != null ? base.resolve(path) : value);
      } catch (Exception e) {
        throw CommandFailedException.usage(
            setting.source() + ": " + word(flag) + ": " + e.getMessage());
      }
    }
    return values;
  }

  /**
   * Gives a flag its values. Where a flag assigns values to names, those assigned by the command
   * line stay, and what is new comes in front of them.
   *
   * @param given whether the command line has the flag too
   */
  static void set(OptionSpec flag, List<Object> values, boolean given) {
    if (!flag.isMultiValue()) {
      flag.setValue(values.get(values.size() - 1));
      return;
    }
    List<Object> all = new ArrayList<>(values);
    if (given) {
      Collection<?> own = flag.getValue();
      Set<String> names = names(own);
      all.removeIf(value -> names.contains(((Assignment) value).name()));
      all.addAll(own);
    }
    flag.setValue(all);
  }

  /** Adds the assignments of a layer to those that win over it. */
  static List<Object> underneath(List<Object> lower, List<Object> upper) {
    Set<String> names = names(upper);
    List<Object> all = new ArrayList<>(lower);
    all.removeIf(value -> names.contains(((Assignment) value).name()));
    all.addAll(upper);
    return all;
  }

  private static Set<String> names(Collection<?> assignments) {
    Set<String> names = new HashSet<>();
    assignments.forEach(each -> names.add(((Assignment) each).name()));
    return names;
  }

  /** Whether a flag assigns values to names. */
  static boolean isAssignment(OptionSpec flag) {
    return flag.isMultiValue() && flag.auxiliaryTypes()[0] == Assignment.class;
  }

  /** Whether a flag has no value on the command line. */
  static boolean isSwitch(OptionSpec flag) {
    return flag.arity().max() == 0;
  }

  /** A flag without its hyphens. */
  static String word(OptionSpec flag) {
    return flag.longestName().replaceFirst("^-+", "");
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Object one(OptionSpec flag, String text) throws Exception {
    if (isSwitch(flag)) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new TypeConversionException("'" + text + "' is neither true nor false");
      };
    }
    ITypeConverter<?>[] converters = flag.converters();
    if (converters.length > 0) {
      return converters[0].convert(text);
    }
    Class<?> type = flag.isMultiValue() ? flag.auxiliaryTypes()[0] : flag.type();
    if (type.isEnum()) {
      try {
        return Enum.valueOf((Class) type, text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'"
                + text
                + "' is none of "
                + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT));
      }
    }
    return text;
  }
}
