package io.slipway.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * What masters and workers log: one line for each change of state, on standard error unless {@link
 * #use} says otherwise. Logback finds this class as a service; reading a file instead would cost a
 * fifth of the start.
 */
public final class LogConfiguration extends ContextAwareBase implements Configurator {
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    context.getLogger("ROOT").setLevel(Level.WARN);
    context.getLogger("ROOT").addAppender(console(context, LogOptions.Format.TEXT));
    context.getLogger("io.slipway").setLevel(level());
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Logs so from now on.
   *
   * @param file empty for standard error
   */
  static void use(Optional<Path> file, LogOptions.Format format) {
    if (file.isEmpty() && format == LogOptions.Format.TEXT) {
      return;
    }
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger("ROOT");
    OutputStreamAppender<ILoggingEvent> appender =
        file.isPresent()
            ? rolling(context, file.get(), format, LogOptions.MAX_BYTES)
            : console(context, format);
    root.detachAndStopAllAppenders();
    root.addAppender(appender);
  }

  private static OutputStreamAppender<ILoggingEvent> console(
      LoggerContext context, LogOptions.Format format) {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder(context, format));
    appender.start();
    return appender;
  }

  /** Appends to a file, which is rolled when it has reached a size. */
  static OutputStreamAppender<ILoggingEvent> rolling(
      LoggerContext context, Path file, LogOptions.Format format, long maxBytes) {
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    appender.setEncoder(encoder(context, format));
    FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
    names.setContext(context);
    names.setParent(appender);
    names.setFileNamePattern(file + ".%i");
    names.setMinIndex(1);
    names.setMaxIndex(LogOptions.MAX_ROLLED);
    names.start();
    SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(new FileSize(maxBytes));
    size.setCheckIncrement(Duration.buildByMilliseconds(0));
    size.start();
    appender.setRollingPolicy(names);
    appender.setTriggeringPolicy(size);
    appender.start();
    return appender;
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogOptions.Format format) {
    EncoderBase<ILoggingEvent> encoder =
        switch (format) {
          case JSON -> new JsonLines();
          case TEXT -> {
            PatternLayoutEncoder text = new PatternLayoutEncoder();
            text.setPattern(
                "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %replace(%msg){'[\\r"
                    + "\\n"
                    + "]+', ' '}%n%ex{short}");
            yield text;
          }
        };
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }

  private static Level level() {
    return System.getenv("SLIPWAY_DEBUG") == null ? Level.INFO : Level.DEBUG;
  }
}
