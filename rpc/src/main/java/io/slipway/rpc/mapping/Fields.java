package io.slipway.rpc.mapping;

import com.google.protobuf.Timestamp;
import io.slipway.model.ApplicationId;
import io.slipway.model.Digest;
import io.slipway.model.ExecutionId;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.proto.common.v1.NameValue;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Reads and writes single fields. What is malformed becomes a {@link Refusal} that names the field
 * by its path, such as {@code spec.driver.files[2].name}.
 */
public final class Fields {
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private Fields() {}

  /** Makes a value whose constructor checks itself. */
  public static <T> T read(String field, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw Refusal.invalidField(field, e.getMessage());
    }
  }

  /** Reads an application's id. */
  public static ApplicationId applicationId(String text, String field) {
    return read(field, () -> new ApplicationId(text));
  }

  /** Reads an execution's id. */
  public static ExecutionId executionId(String text, String field) {
    return read(field, () -> ExecutionId.parse(text));
  }

  /** Reads a worker's id. */
  public static WorkerId workerId(String text, String field) {
    return read(field, () -> new WorkerId(text));
  }

  /** Reads an address that others are to reach. */
  public static HostPort address(String text, String field) {
    HostPort address = read(field, () -> HostPort.parse(text));
    if (address.port() == 0) {
      throw Refusal.invalidField(field, "port 0 in '" + text + "'");
    }
    return address;
  }

  /** Reads a digest. */
  public static Digest digest(String text, String field) {
    return read(field, () -> new Digest(text));
  }

  /** Reads a request id: 1 to 64 letters, digits, hyphens. */
  public static String requestId(String text, String field) {
    if (!text.matches("[A-Za-z0-9-]{1,64}")) {
      throw Refusal.invalidField(
          field, "not a request id: '" + text + "' (expected 1 to 64 letters, digits, hyphens)");
    }
    return text;
  }

  /** Reads a whole number within bounds. */
  public static int integer(int value, int minimum, int maximum, String field) {
    if (value < minimum) {
      throw Refusal.invalidField(field, value + " is less than " + minimum);
    }
    Limits.check(field, maximum, value);
    return value;
  }

  /** Reads a time span, not negative and at most {@link Limits#DURATION}. */
  public static Duration duration(com.google.protobuf.Duration message, String field) {
    if (message.getNanos() < 0
        || message.getNanos() >= NANOS_PER_SECOND
        || message.getSeconds() < 0) {
      throw Refusal.invalidField(field, "negative or malformed duration");
    }
    Limits.check(field + ".seconds", Limits.DURATION.toSeconds(), message.getSeconds());
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }

  /** Reads a time span that is told and not asked for: one out of range is cut, not refused. */
  public static Duration bounded(com.google.protobuf.Duration message) {
    long seconds = Math.min(Math.max(0, message.getSeconds()), Limits.DURATION.toSeconds());
    int nanos = Math.min(Math.max(0, message.getNanos()), NANOS_PER_SECOND - 1);
    return Duration.ofSeconds(seconds, nanos);
  }

  /** Writes a time span. */
  public static com.google.protobuf.Duration toProto(Duration value) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(value.getSeconds())
        .setNanos(value.getNano())
        .build();
  }

  /** Writes a moment. */
  public static Timestamp toProto(Instant value) {
    return Timestamp.newBuilder()
        .setSeconds(value.getEpochSecond())
        .setNanos(value.getNano())
        .build();
  }

  /** Reads names and values, each name once, of limited number and length. */
  public static SortedMap<String, String> pairs(
      List<NameValue> messages, int maximum, int maxValueCharacters, String field) {
    Limits.check("number of " + field, maximum, messages.size());
    SortedMap<String, String> pairs = new TreeMap<>();
    for (int i = 0; i < messages.size(); i++) {
      NameValue pair = messages.get(i);
      String path = field + "[" + i + "]";
      if (pair.getName().isBlank()) {
        throw Refusal.invalidField(path + ".name", "empty");
      }
      Limits.check("length of " + path + ".name", Limits.NAME_CHARACTERS, pair.getName().length());
      Limits.check("length of " + path + ".value", maxValueCharacters, pair.getValue().length());
      if (pairs.put(pair.getName(), pair.getValue()) != null) {
        throw Refusal.invalidField(path + ".name", "'" + pair.getName() + "' stands there twice");
      }
    }
    return pairs;
  }

  /** Writes names and values in the order of the map. */
  public static List<NameValue> toProto(Map<String, String> pairs) {
    return pairs.entrySet().stream()
        .map(
            pair -> NameValue.newBuilder().setName(pair.getKey()).setValue(pair.getValue()).build())
        .toList();
  }

  /** Refuses a field that has its place, but is not supported yet, unless it is empty. */
  public static void notSupported(Collection<?> values, String field) {
    notSupported(!values.isEmpty(), field);
  }

  /** Refuses a field that has its place, but is not supported yet, if it is set. */
  public static void notSupported(boolean set, String field) {
    if (set) {
      throw Refusal.notSupported(field);
    }
  }
}
