package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.WorkerId;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object a line: {@code time}, {@code level}, {@code logger}, {@code message}, what was
 * said by name ({@code state}), and {@code application}, {@code execution} and {@code worker} where
 * the line is about them; {@code error} has a stack trace.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private final Gson gson = new GsonBuilder().disableHtmlEscaping().create();
  private final ThrowableProxyConverter stackTrace = new ThrowableProxyConverter();

  @Override
  public void start() {
    stackTrace.start();
    super.start();
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    JsonObject line = new JsonObject();
    line.addProperty("time", event.getInstant().toString());
    line.addProperty("level", event.getLevel().toString());
    line.addProperty("logger", event.getLoggerName());
    line.addProperty("message", event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        name(line, pair.key, pair.value);
      }
    }
    if (event.getArgumentArray() != null) {
      for (Object argument : event.getArgumentArray()) {
        nameIds(line, argument);
      }
    }
    if (event.getThrowableProxy() != null) {
      line.addProperty("error", stackTrace.convert(event));
    }
    return (gson.toJson(line) + "\n").getBytes(UTF_8);
  }

  private static void nameIds(JsonObject line, Object argument) {
    if (argument instanceof ExecutionId id) {
      name(line, "execution", id);
      name(line, "application", id.application());
    } else if (argument instanceof ApplicationId id) {
      name(line, "application", id);
    } else if (argument instanceof WorkerId id) {
      name(line, "worker", id);
    }
  }

  /** The first of a name stands. */
  private static void name(JsonObject line, String name, Object value) {
    if (!line.has(name)) {
      line.addProperty(name, String.valueOf(value));
    }
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
