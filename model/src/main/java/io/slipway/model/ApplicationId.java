package io.slipway.model;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names an application for ever: the day of its submission and a number of that day, such as {@code
 * app-20261122-0007}.
 *
 * @param value the id as people type it
 */
public record ApplicationId(String value) implements Comparable<ApplicationId> {
  private static final Pattern FORM = Pattern.compile("app-(\\d{8})-(\\d{4,9})");

  private static final int DAY_START = "app-".length();
  private static final int DAY_END = "app-yyyyMMdd".length();

  /** Checks the form. */
  public ApplicationId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "not an application id: '" + value + "' (expected app-YYYYMMDD-NNNN)");
    }
  }

  /**
   * Makes the id of the {@code number}th application (from 1) of a day written as {@code yyyyMMdd}.
   */
  public static ApplicationId of(String day, int number) {
    return new ApplicationId(String.format(Locale.ROOT, "app-%s-%04d", day, number));
  }

  /** The driver execution of the given attempt, from 1. */
  public ExecutionId driver(int attempt) {
    return new ExecutionId(this, ExecutionKind.DRIVER, attempt);
  }

  /** The executor of the given number, from 1. */
  public ExecutionId executor(int number) {
    return new ExecutionId(this, ExecutionKind.EXECUTOR, number);
  }

  /** Orders by day, then by number; numbers have leading zeros only up to four digits. */
  @Override
  public int compareTo(ApplicationId other) {
    for (int i = DAY_START; i < DAY_END; i++) {
      int byDay = Character.compare(value.charAt(i), other.value.charAt(i));
      if (byDay != 0) {
        return byDay;
      }
    }
    int byLength = Integer.compare(value.length(), other.value.length());
    return byLength != 0 ? byLength : value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
