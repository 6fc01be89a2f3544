package io.slipway.worker.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.slipway.proto.common.v1.OutputStream;
import io.slipway.proto.worker.v1.ReadLogRequest;
import io.slipway.proto.worker.v1.ReadLogResponse;
import io.slipway.rpc.StatusMapping;
import io.slipway.worker.FakeMachine.FakeProcess;
import io.slipway.worker.FakeMaster;
import io.slipway.worker.WorkerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadLogTest extends WorkerFixture {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private FakeProcess driver;

  @BeforeEach
  void launch() throws Exception {
    startWorker();
    master.launchDriver(DRIVER, FakeMaster.program("talk"));
    awaitRunning(DRIVER);
    driver = process(DRIVER);
  }

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  private static ReadLogRequest.Builder request() {
    return ReadLogRequest.newBuilder()
        .setExecutionId(DRIVER.toString())
        .setStream(OutputStream.OUTPUT_STREAM_STDOUT);
  }

  private String read(ReadLogRequest.Builder request) {
    StringBuilder text = new StringBuilder();
    for (Iterator<ReadLogResponse> all = master.worker().readLog(request.build());
        all.hasNext(); ) {
      text.append(all.next().getData().toStringUtf8());
    }
    return text.toString();
  }

  private void roll() throws Exception {
    Path file = driver.spec().stdout().file();
    Files.move(file, file.resolveSibling("stdout.1"));
  }

  @Test
  void readLog_withoutFollow_endsAtTheEnd() {
    driver.print("one\ntwo\n");

    assertThat(read(request())).isEqualTo("one\ntwo\n");
    assertThat(read(request().setOffset(4))).isEqualTo("two\n");
    assertThat(read(request().setTailBytes(4))).isEqualTo("two\n");
    assertThat(read(request().setStream(OutputStream.OUTPUT_STREAM_STDERR))).isEmpty();
  }

  @Test
  void readLog_rolled_readsBothAsOne() throws Exception {
    driver.print("one\n");
    roll();
    driver.print("two\n");

    assertThat(read(request())).isEqualTo("one\ntwo\n");
    Iterator<ReadLogResponse> parts = master.worker().readLog(request().setOffset(5).build());
    ReadLogResponse part = parts.next();
    assertThat(part.getOffset()).isEqualTo(5);
    assertThat(part.getData().toStringUtf8()).isEqualTo("wo\n");
  }

  @Test
  void readLog_follow_goesOnUntilTheEndOverARoll() throws Exception {
    StringBuffer text = new StringBuffer();
    Future<?> following =
        threads.submit(
            () ->
                master
                    .worker()
                    .readLog(request().setFollow(true).build())
                    .forEachRemaining(part -> text.append(part.getData().toStringUtf8())));

    driver.print("one\n");
    await().until(() -> text.toString().equals("one\n"));
    driver.print("two\n");
    roll();
    driver.print("three\n");
    await().until(() -> text.toString().equals("one\ntwo\nthree\n"));
    driver.print("last");
    driver.exit(0);

    await().until(following::isDone);
    assertThat(text.toString()).isEqualTo("one\ntwo\nthree\nlast");
  }

  @Test
  void readLog_afterTheEnd_isStillThere() {
    driver.print("one\n");
    driver.exit(0);
    awaitAcknowledged(DRIVER);

    assertThat(read(request().setFollow(true))).isEqualTo("one\n");
  }

  @Test
  void readLog_unknownExecution_isNotFound() {
    assertThat(refusal(request().setExecutionId("app-20261122-0001-d1"))).isEqualTo("NOT_FOUND");
    assertThat(refusal(request().setExecutionId("../../etc"))).isEqualTo("INVALID_ARGUMENT");
    assertThat(refusal(request().setStreamValue(0))).isEqualTo("INVALID_ARGUMENT");
    assertThat(refusal(request().setOffset(-1))).isEqualTo("INVALID_ARGUMENT");
  }

  private String refusal(ReadLogRequest.Builder request) {
    Status.Code code = StatusMapping.toRefusal(catchThrowable(() -> read(request))).code();
    return code.name();
  }

  @Test
  void readLog_large_comesInOrderInSmallMessages() throws Exception {
    String line = "0123456789abcdef".repeat(64) + "\n";
    StringBuilder block = new StringBuilder();
    for (int i = 0; i < 4_000; i++) {
      block.append(line);
    }
    driver.print(block.toString());
    driver.exit(0);

    Iterator<ReadLogResponse> parts = master.worker().readLog(request().build());
    long total = 0;
    while (parts.hasNext()) {
      ReadLogResponse part = parts.next();
      assertThat(part.getData().size()).isLessThanOrEqualTo(64 << 10);
      assertThat(part.getOffset()).isEqualTo(total);
      total += part.getData().size();
    }
    assertThat(total).isEqualTo(block.length());
  }
}
