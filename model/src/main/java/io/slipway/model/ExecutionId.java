package io.slipway.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one launched process for ever, such as {@code app-20261122-0007-d1} or {@code
 * app-20261122-0007-e12}.
 *
 * @param application whose process it is
 * @param kind driver or executor
 * @param number the attempt of a driver or the number of an executor, from 1; executor numbers only
 *     grow within an application
 */
public record ExecutionId(ApplicationId application, ExecutionKind kind, int number)
    implements Comparable<ExecutionId> {
  private static final Pattern FORM = Pattern.compile("(app-\\d{8}-\\d{4,9})-([de])(\\d{1,9})");

  /** Checks the number. */
  public ExecutionId {
    if (number < 1) {
      throw new IllegalArgumentException("execution number " + number + " is not positive");
    }
  }

  /** Reads what {@link #toString} writes. */
  public static ExecutionId parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not an execution id: '" + text + "' (expected app-YYYYMMDD-NNNN-dN or -eN)");
    }
    return new ExecutionId(
        new ApplicationId(matcher.group(1)),
        matcher.group(2).equals("d") ? ExecutionKind.DRIVER : ExecutionKind.EXECUTOR,
        Integer.parseInt(matcher.group(3)));
  }

  @Override
  public int compareTo(ExecutionId other) {
    int byApplication = application.compareTo(other.application);
    if (byApplication != 0) {
      return byApplication;
    }
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return application + "-" + kind.letter() + number;
  }
}
