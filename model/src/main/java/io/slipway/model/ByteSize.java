package io.slipway.model;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes amounts of memory as people type them: {@code 512m}, {@code 8g}; units are
 * powers of 1024.
 */
public final class ByteSize {
  /** One kibibyte. */
  public static final long KIB = 1L << 10;

  /** One mebibyte. */
  public static final long MIB = 1L << 20;

  /** One gibibyte. */
  public static final long GIB = 1L << 30;

  private static final Pattern FORM = Pattern.compile("(\\d{1,15})([kmgt])(?:i?b)?");
  private static final String UNITS = "kmgt";

  private ByteSize() {}

  /**
   * Reads a positive whole number with a unit: {@code k}, {@code m}, {@code g} or {@code t}, in
   * either case, with an optional {@code b} or {@code ib}.
   *
   * @return bytes, positive
   * @throws IllegalArgumentException naming the text, if it has no unit, is zero, negative, or
   *     above 8 EiB
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a size: '" + text + "' (expected a whole number with a unit, such as 512m or 8g)");
    }
    long number = Long.parseLong(matcher.group(1));
    int shift = 10 * (UNITS.indexOf(matcher.group(2)) + 1);
    if (number == 0) {
      throw new IllegalArgumentException("size '" + text + "' is zero");
    }
    if (number > Long.MAX_VALUE >> shift) {
      throw new IllegalArgumentException("size '" + text + "' is too large");
    }
    return number << shift;
  }

  /**
   * Writes a number of bytes with the largest unit that divides it, or with one decimal, for
   * people: {@code 1.5g}.
   */
  public static String format(long bytes) {
    for (int unit = UNITS.length() - 1; unit >= 0; unit--) {
      int shift = 10 * (unit + 1);
      long whole = bytes >> shift;
      if (whole > 0) {
        boolean exact = bytes == whole << shift;
        return exact
            ? whole + UNITS.substring(unit, unit + 1)
            : String.format(
                Locale.ROOT, "%.1f%s", (double) bytes / (1L << shift), UNITS.charAt(unit));
      }
    }
    return bytes + "b";
  }
}
