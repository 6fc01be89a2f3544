package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slipway.model.HostPort;
import io.slipway.proto.driver.v1.BroadcastServiceGrpc;
import io.slipway.proto.driver.v1.FetchBroadcastRequest;
import io.slipway.rpc.Channels;
import io.slipway.rpc.TokenSource;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Broadcasts travel for real, over loopback. */
@Timeout(60)
class BroadcastTest {
  private static final AtomicInteger READ = new AtomicInteger();
  private static volatile CountDownLatch begun;
  private static volatile CountDownLatch go;

  @TempDir private Path directory;
  private SessionBed bed;

  @BeforeEach
  void open() throws Exception {
    READ.set(0);
    begun = new CountDownLatch(1);
    go = new CountDownLatch(1);
    bed = new SessionBed();
  }

  @AfterEach
  void close() {
    go.countDown();
    bed.close();
  }

  /** A value that counts how often it is read. */
  private static final class Table implements Serializable {
    private static final long serialVersionUID = 1;

    private final int[] numbers;

    Table(int size) {
      numbers = IntStream.range(0, size).toArray();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      READ.incrementAndGet();
    }

    int at(int index) {
      return numbers[index];
    }
  }

  @Test
  void broadcast_manyTasks_eachExecutorFetchesItOnce() throws Exception {
    bed.startExecutor(2);
    bed.startExecutor(2);
    Table table = new Table(1_000_000);
    try (Broadcast<Table> shared = bed.session().broadcast(table)) {
      List<Integer> indexes = IntStream.range(0, 500).boxed().toList();

      List<Integer> found = bed.executor().map(indexes, i -> shared.value().at(i));

      assertThat(found).isEqualTo(indexes);
      assertThat(READ.get()).isBetween(1, 2);
      assertThat(shared.size()).isGreaterThan(4_000_000);
      assertThat(shared.value()).isSameAs(table);
    }
  }

  @Test
  void broadcast_null_isNullThere() throws Exception {
    bed.startExecutor(1);
    Broadcast<String> shared = bed.session().broadcast(null);

    assertThat(bed.executor().submit(() -> shared.value() == null).get()).isTrue();
  }

  @Test
  void broadcastFile_tasks_findACopyWithTheSameBytes() throws Exception {
    Path file = directory.resolve("data");
    byte[] bytes = new byte[3_000_001];
    Arrays.fill(bytes, (byte) 7);
    Files.write(file, bytes);
    bed.startExecutor(2);
    Broadcast<Path> shared = bed.session().broadcastFile(file);
    String original = file.toString();

    Future<byte[]> read = bed.executor().submit(() -> Files.readAllBytes(shared.value()));
    String copy = bed.executor().submit(() -> shared.value().toString()).get();

    assertThat(read.get()).isEqualTo(bytes);
    assertThat(copy).isNotEqualTo(original);
    assertThat(shared.value()).isEqualTo(file.toAbsolutePath());
    shared.close();
    await().until(() -> Files.notExists(Path.of(copy)));
    assertThat(file).exists();
  }

  @Test
  void broadcastFile_executorEnds_leavesNoCopy() throws Exception {
    Path file = Files.writeString(directory.resolve("data"), "some");
    bed.startExecutor(1);
    Broadcast<Path> shared = bed.session().broadcastFile(file);
    String copy = bed.executor().submit(() -> shared.value().toString()).get();
    assertThat(Path.of(copy)).exists();

    bed.killExecutor(1);

    await().until(() -> Files.notExists(Path.of(copy)));
  }

  @Test
  void broadcastFile_changedMeanwhile_isRefusedNamingIt() throws Exception {
    Path file = Files.writeString(directory.resolve("data"), "before");
    Broadcast<Path> shared = bed.session().broadcastFile(file);
    Files.writeString(file, "afterw");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    bed.startExecutor(1);

    Future<String> read = bed.executor().submit(() -> Files.readString(shared.value()));

    assertThatThrownBy(read::get)
        .cause()
        .isInstanceOf(BroadcastException.class)
        .hasMessageContaining(file + " has been changed since it was broadcast");
  }

  @Test
  void broadcastFile_deletedMeanwhile_isStillFetched() throws Exception {
    Path file = Files.writeString(directory.resolve("data"), "before");
    Broadcast<Path> shared = bed.session().broadcastFile(file);
    Files.delete(file);
    bed.startExecutor(1);

    assertThat(bed.executor().submit(() -> Files.readString(shared.value())).get())
        .isEqualTo("before");
  }

  @Test
  void broadcastFile_missingOrDirectory_isRefused() {
    assertThatThrownBy(() -> bed.session().broadcastFile(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> bed.session().broadcastFile(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void close_taskAsksAfterwards_failsSayingSo() throws Exception {
    bed.startExecutor(1);
    Broadcast<Table> shared = bed.session().broadcast(new Table(10));
    assertThat(bed.executor().submit(() -> shared.value().at(3)).get()).isEqualTo(3);

    shared.close();
    shared.close();

    assertThatThrownBy(() -> bed.executor().submit(() -> shared.value().at(3)).get())
        .cause()
        .isInstanceOf(BroadcastException.class)
        .hasMessageContaining("has been closed in its driver");
    assertThatThrownBy(shared::value)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void close_others_areKept() throws Exception {
    bed.startExecutor(1);
    Broadcast<Table> first = bed.session().broadcast(new Table(10));
    Broadcast<Table> second = bed.session().broadcast(new Table(10));
    bed.executor().submit(() -> first.value().at(1) + second.value().at(1)).get();

    first.close();

    assertThat(bed.executor().submit(() -> second.value().at(2)).get()).isEqualTo(2);
    assertThat(READ).hasValue(2);
  }

  @Test
  void executorLost_whileItFetches_taskRunsElsewhereAndFetchesAgain() throws Exception {
    bed.startExecutor(1);
    Broadcast<Slow> shared = bed.session().broadcast(new Slow());
    Future<Integer> task = bed.executor().submit(() -> shared.value().number());
    begun.await();

    bed.killExecutor(1);
    await().until(() -> bed.executor().connectedExecutors() == 0);
    go.countDown();
    bed.startExecutor(1);

    assertThat(task.get()).isEqualTo(5);
  }

  /** A value whose reading takes until it may go on. */
  private static final class Slow implements Serializable {
    private static final long serialVersionUID = 1;

    int number() {
      return 5;
    }

    private void readObject(ObjectInputStream in) throws IOException {
      begun.countDown();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  @Test
  void cancel_whileItsExecutorFetches_doesNotHarmOthersThatWaitForIt() throws Exception {
    bed.startExecutor(2);
    Broadcast<Slow> shared = bed.session().broadcast(new Slow());
    Future<Integer> first = bed.executor().submit(() -> shared.value().number());
    begun.await();
    Future<Integer> second = bed.executor().submit(() -> shared.value().number());

    first.cancel(true);
    go.countDown();

    assertThat(second.get()).isEqualTo(5);
  }

  @Test
  void handle_inExecutorOrBackAgain_saysWhatToDo() throws Exception {
    bed.startExecutor(1);
    Broadcast<Table> shared = bed.session().broadcast(new Table(1));

    Future<Integer> closing =
        bed.executor()
            .submit(
                () -> {
                  shared.close();
                  return 1;
                });
    Broadcast<Table> back = bed.executor().submit(() -> shared).get();

    assertThatThrownBy(closing::get)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed by its driver");
    assertThatThrownBy(back::value).hasMessageContaining("came back from an executor");
  }

  @Test
  void broadcast_cannotBeSerialized_isRefusedNamingTheField() {
    record Holder(Object connection) implements Serializable {}

    assertThatThrownBy(() -> bed.session().broadcast(new Holder(new Object())))
        .isInstanceOf(TaskNotSerializableException.class)
        .hasMessageContaining("the broadcast's value can't be serialized")
        .hasMessageContaining("field 'connection'");
  }

  @Test
  void broadcast_sessionClosed_isRefused() {
    bed.session().close();

    assertThatThrownBy(() -> bed.session().broadcast(1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void fetchBroadcast_withoutTheApplicationsToken_isRefused() {
    bed.session().broadcast("secret");
    try (Channels channels = new Channels("test-io")) {
      ManagedChannel channel =
          channels.open(HostPort.parse(bed.master().driverAddress()), TokenSource.of("another"));

      assertThatThrownBy(
              () ->
                  BroadcastServiceGrpc.newBlockingStub(channel)
                      .fetchBroadcast(FetchBroadcastRequest.newBuilder().setBroadcastId(1).build())
                      .hasNext())
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
    }
  }
}
