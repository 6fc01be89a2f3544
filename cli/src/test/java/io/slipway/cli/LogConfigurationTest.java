package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.slipway.model.ApplicationId;
import io.slipway.model.WorkerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

class LogConfigurationTest {
  private final LoggerContext context = new LoggerContext();
  private final Logger log = context.getLogger("io.slipway.master.state");
  @TempDir Path directory;

  @BeforeEach
  void start() {
    context.setMDCAdapter(new LogbackMDCAdapter());
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private Path logTo(String name, LogOptions.Format format, long maxBytes) {
    Path file = directory.resolve(name);
    OutputStreamAppender<ILoggingEvent> appender =
        LogConfiguration.rolling(context, file, format, maxBytes);
    context.getLogger("ROOT").addAppender(appender);
    return file;
  }

  private static JsonObject json(String line) {
    return JsonParser.parseString(line).getAsJsonObject();
  }

  @Test
  void json_ofALineAboutAnExecution_namesAllIds() throws IOException {
    Path file = logTo("master.log", LogOptions.Format.JSON, 1 << 20);

    log.atInfo()
        .addKeyValue("state", "RUNNING")
        .addKeyValue("worker", new WorkerId("w-1"))
        .log(
            "execution {} {}{}",
            new ApplicationId("app-20261122-0007").executor(12),
            "RUNNING",
            " on \"w-1\"\n");

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    JsonObject line = json(lines.get(0));
    assertThat(Instant.parse(line.get("time").getAsString()))
        .isBefore(Instant.now().plusSeconds(1));
    assertThat(line.get("level").getAsString()).isEqualTo("INFO");
    assertThat(line.get("logger").getAsString()).isEqualTo("io.slipway.master.state");
    assertThat(line.get("message").getAsString())
        .isEqualTo("execution app-20261122-0007-e12 RUNNING on \"w-1\"\n");
    assertThat(line.get("state").getAsString()).isEqualTo("RUNNING");
    assertThat(line.get("execution").getAsString()).isEqualTo("app-20261122-0007-e12");
    assertThat(line.get("application").getAsString()).isEqualTo("app-20261122-0007");
    assertThat(line.get("worker").getAsString()).isEqualTo("w-1");
    assertThat(line.has("error")).isFalse();
  }

  @Test
  void json_ofAFailure_isOneLineWithItsStackTrace() throws IOException {
    Path file = logTo("master.log", LogOptions.Format.JSON, 1 << 20);

    log.warn("worker {} is odd", new WorkerId("w-1"), new IOException("the disk"));

    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(1);
    assertThat(json(lines.get(0)).get("worker").getAsString()).isEqualTo("w-1");
    assertThat(json(lines.get(0)).get("error").getAsString())
        .contains("java.io.IOException: the disk")
        .contains("LogConfigurationTest");
  }

  @Test
  void text_isALineForPeople() throws IOException {
    Path file = logTo("master.log", LogOptions.Format.TEXT, 1 << 20);

    log.info("application {} {}", new ApplicationId("app-20261122-0007"), "FAILED: bad\r\nend");

    assertThat(Files.readString(file))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\S+ INFO  application app-20261122-0007 FAILED: bad end\n");
  }

  @Test
  void file_atItsSize_isRolledAndOnlySoManyAreKept() throws IOException {
    Path file = logTo("name with spaces.log", LogOptions.Format.TEXT, 100);

    for (int i = 0; i < 40; i++) {
      log.info("line {} of a log that grows, and has enough in each of its lines", i);
    }

    assertThat(Files.readString(file)).contains("line 39 ");
    for (int i = 1; i <= LogOptions.MAX_ROLLED; i++) {
      assertThat(directory.resolve("name with spaces.log." + i)).isNotEmptyFile();
    }
    try (var files = Files.list(directory)) {
      assertThat(files.count()).isEqualTo(LogOptions.MAX_ROLLED + 1);
    }
  }
}
