package io.slipway.cli;

import io.slipway.model.ByteSize;
import io.slipway.model.DeployMode;
import io.slipway.model.HostPort;
import io.slipway.rpc.Limits;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of flags are read; an error names the value and the form that is expected. */
final class Converters {
  /** No cluster has more cores, executors or memory in one process than this many units. */
  static final int LARGEST_COUNT = 1_000_000;

  /** The largest memory of one process. */
  static final long LARGEST_MEMORY = 64L << 40;

  private Converters() {}

  /** An amount of memory: a whole number with a unit. */
  static final class Memory implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        long bytes = ByteSize.parse(text);
        if (bytes > LARGEST_MEMORY) {
          throw new TypeConversionException(
              "size '" + text + "' is more than " + ByteSize.format(LARGEST_MEMORY));
        }
        return bytes;
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** A positive number. */
  static final class Positive implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return number(text, 1);
    }
  }

  /** The cores of an executor: a positive number, or all that are free. */
  static final class Cores implements ITypeConverter<Integer> {
    /** Stands for {@code all}. */
    static final int ALL = 0;

    @Override
    public Integer convert(String text) {
      if (text.equals("all")) {
        return ALL;
      }
      try {
        return number(text, 1);
      } catch (TypeConversionException e) {
        throw new TypeConversionException(e.getMessage() + ", and not 'all'");
      }
    }
  }

  /** The id of an application, or the beginning of one. */
  static final class Id implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
      if (text.isBlank()) {
        throw new TypeConversionException("it is empty; 'slipway list' shows the applications");
      }
      return text.strip();
    }
  }

  /** A name, or a pattern of names. */
  static final class Name implements ITypeConverter<NamePattern> {
    @Override
    public NamePattern convert(String text) {
      if (text.isBlank()) {
        throw new TypeConversionException("an empty name; '*' stands for any");
      }
      return new NamePattern(text);
    }
  }

  /** A moment: a span back from now, a day, or a time with or without its zone. */
  static final class Moment implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
      if (Span.FORM.matcher(text).matches()) {
        return Instant.now().minus(Span.read(text));
      }
      try {
        if (text.indexOf('T') < 0) {
          return LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
        }
        TemporalAccessor read =
            DateTimeFormatter.ISO_DATE_TIME.parseBest(
                text, ZonedDateTime::from, LocalDateTime::from);
        return read instanceof LocalDateTime local
            ? local.atZone(ZoneId.systemDefault()).toInstant()
            : Instant.from(read);
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "not a moment: '"
                + text
                + "' (expected a span back from now such as 30m, a day such as 2026-11-22, or a time"
                + " such as 2026-11-22T18:00 or 2026-11-22T18:00:00Z)");
      }
    }
  }

  /** Where a driver runs. */
  static final class Mode implements ITypeConverter<DeployMode> {
    @Override
    public DeployMode convert(String text) {
      for (DeployMode mode : DeployMode.values()) {
        if (mode.word().equalsIgnoreCase(text)) {
          return mode;
        }
      }
      throw new TypeConversionException("'" + text + "' is neither client nor cluster");
    }
  }

  /** A number that may be zero. */
  static final class NotNegative implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return number(text, 0);
    }
  }

  private static int number(String text, int least) {
    long value;
    try {
      value = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "not a whole number: '" + text + "' (expected " + least + " to " + LARGEST_COUNT + ")");
    }
    if (value < least || value > LARGEST_COUNT) {
      throw new TypeConversionException(
          value + " is not between " + least + " and " + LARGEST_COUNT);
    }
    return (int) value;
  }

  /** An address: host and port. */
  static final class Address implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String text) {
      try {
        return HostPort.parse(text.strip());
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** A path in the local file system. */
  static final class FilePath implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      if (text.isEmpty()) {
        throw new TypeConversionException("an empty path");
      }
      try {
        return Path.of(text);
      } catch (InvalidPathException e) {
        throw new TypeConversionException("not a path: '" + text + "' (" + e.getReason() + ")");
      }
    }
  }

  /** A name and a value, written {@code name=value}. */
  static final class NamedValue implements ITypeConverter<Assignment> {
    @Override
    public Assignment convert(String text) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new TypeConversionException("not of the form NAME=VALUE: '" + text + "'");
      }
      return new Assignment(text.substring(0, equals), text.substring(equals + 1));
    }
  }

  /** A span of time: a whole number with a unit. */
  static final class Span implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    @Override
    public Duration convert(String text) {
      Duration span = read(text);
      if (span.compareTo(Limits.DURATION) > 0) {
        throw new TypeConversionException(
            "span of time '" + text + "' is more than " + Limits.DURATION.toDays() + "d");
      }
      return span;
    }

    /** However long it is. */
    private static Duration read(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "not a span of time: '"
                + text
                + "' (expected a whole number with a unit, such as 30s, 10m or 2h)");
      }
      long number = Long.parseLong(matcher.group(1));
      if (number == 0) {
        throw new TypeConversionException("span of time '" + text + "' is zero");
      }
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
  }
}
