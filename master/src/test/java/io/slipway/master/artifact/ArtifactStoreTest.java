package io.slipway.master.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.slipway.model.Digest;
import io.slipway.model.SmallDisk;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactStoreTest {
  private static final byte[] BYTES = "the bytes of an artifact".getBytes(UTF_8);
  private static final Digest DIGEST = Digest.of(BYTES);

  @TempDir Path directory;
  private ArtifactStore store;

  @BeforeEach
  void open() throws Exception {
    store = open(0);
  }

  @Test
  void upload_whole_isThereAfterRestart() throws Exception {
    put(BYTES);

    ArtifactStore again = open(0);

    assertThat(again.contains(DIGEST)).isTrue();
    assertThat(again.size(DIGEST)).hasValue(BYTES.length);
    assertThat(read(again, DIGEST)).isEqualTo(BYTES);
  }

  @Test
  void upload_broken_continuesAfterRestart() throws Exception {
    try (Upload upload = store.upload(DIGEST, BYTES.length, 0)) {
      upload.write(ByteBuffer.wrap(BYTES, 0, 10));
    }
    ArtifactStore again = open(0);
    assertThat(again.contains(DIGEST)).isFalse();
    assertThat(again.committedSize(DIGEST)).isEqualTo(10);

    try (Upload upload = again.upload(DIGEST, BYTES.length, 7)) {
      upload.write(ByteBuffer.wrap(BYTES, 7, BYTES.length - 7));
      assertThat(upload.finish()).isEqualTo(BYTES.length);
    }

    assertThat(read(again, DIGEST)).isEqualTo(BYTES);
    assertThat(again.committedSize(DIGEST)).isZero();
  }

  @Test
  void upload_onADiskThatFillsUp_isRefusedAndLeavesNothing() throws Exception {
    byte[] large = new byte[1 << 20];
    try (SmallDisk disk = SmallDisk.at(directory.resolve("small"), 4)) {
      ArtifactStore small =
          ArtifactStore.open(
              disk.directory(),
              new ArtifactLimits(0, Long.MAX_VALUE, Duration.ZERO),
              InstantSource.system());

      Refusal tooLarge = refused(() -> small.upload(DIGEST, 5 << 20, 0));
      Refusal filled;
      try (Upload upload = small.upload(Digest.of(large), large.length, 0)) {
        upload.write(ByteBuffer.wrap(large, 0, large.length / 2));
        disk.fillBut(10_000);
        filled =
            refused(() -> upload.write(ByteBuffer.wrap(large, large.length / 2, large.length / 2)));
      }

      for (Refusal refusal : new Refusal[] {tooLarge, filled}) {
        assertThat(refusal.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.reason()).isEqualTo(Reason.REASON_LIMIT_EXCEEDED);
        assertThat(refusal).hasMessageContaining("free on the master's disk");
      }
      assertThat(disk.directory().resolve("unfinished")).isEmptyDirectory();
    }
  }

  @Test
  void uploads_underWay_getTheSameRoomOnlyOnce() throws Exception {
    try (SmallDisk disk = SmallDisk.at(directory.resolve("small"), 4)) {
      ArtifactStore small =
          ArtifactStore.open(
              disk.directory(),
              new ArtifactLimits(0, Long.MAX_VALUE, Duration.ZERO),
              InstantSource.system());

      try (Upload first = small.upload(DIGEST, 3 << 20, 0)) {
        Refusal second = refused(() -> small.upload(Digest.of(new byte[1]), 2 << 20, 0));

        assertThat(second.reason()).isEqualTo(Reason.REASON_LIMIT_EXCEEDED);
      }
    }
  }

  @Test
  void upload_ofOtherBytes_isThrownAway() throws Exception {
    byte[] other = BYTES.clone();
    other[3]++;

    Refusal refusal =
        refused(
            () -> {
              try (Upload upload = store.upload(DIGEST, other.length, 0)) {
                upload.write(ByteBuffer.wrap(other));
                upload.finish();
              }
            });

    assertThat(refusal.code()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_DIGEST_MISMATCH);
    assertThat(store.contains(DIGEST)).isFalse();
    assertThat(store.committedSize(DIGEST)).isZero();
    put(BYTES);
    assertThat(store.contains(DIGEST)).isTrue();
  }

  @Test
  void upload_ofTooManyOrTooFewBytes_isRefused() throws Exception {
    Refusal tooMany =
        refused(
            () -> {
              try (Upload upload = store.upload(DIGEST, 5, 0)) {
                upload.write(ByteBuffer.wrap(BYTES));
              }
            });
    Refusal tooFew =
        refused(
            () -> {
              try (Upload upload = store.upload(DIGEST, BYTES.length, 0)) {
                upload.write(ByteBuffer.wrap(BYTES, 0, 5));
                upload.finish();
              }
            });

    assertThat(tooMany).hasMessageContaining("more than the 5 bytes");
    assertThat(tooFew).hasMessageContaining("5 of " + BYTES.length);
    assertThat(store.committedSize(DIGEST)).isEqualTo(5);
  }

  @Test
  void upload_beyondCommittedSize_isRefused() {
    Refusal refusal = refused(() -> store.upload(DIGEST, 100, 1));

    assertThat(refusal.metadata()).containsEntry("field", "offset");
  }

  @Test
  void upload_ofWhatIsThere_succeedsAtOnce() throws Exception {
    put(BYTES);

    try (Upload upload = store.upload(DIGEST, BYTES.length, 0)) {
      assertThat(upload.already()).isTrue();
      assertThat(upload.finish()).isEqualTo(BYTES.length);
    }
  }

  @Test
  void upload_byTwoAtOnce_letsTheSecondComeAgain() throws Exception {
    try (Upload first = store.upload(DIGEST, BYTES.length, 0)) {
      Refusal refusal = refused(() -> store.upload(DIGEST, BYTES.length, 0));
      assertThat(refusal.isRetryable()).isTrue();

      first.write(ByteBuffer.wrap(BYTES));
      first.finish();
    }

    try (Upload second = store.upload(DIGEST, BYTES.length, 0)) {
      assertThat(second.already()).isTrue();
    }
  }

  @Test
  void upload_withoutRoom_isRefusedWithTheNumbers() throws Exception {
    ArtifactStore full = open(Long.MAX_VALUE / 2);

    Refusal refusal = refused(() -> full.upload(DIGEST, BYTES.length, 0));

    assertThat(refusal.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.reason()).isEqualTo(Reason.REASON_LIMIT_EXCEEDED);
    assertThat(refusal.isRetryable()).isFalse();
    assertThat(refusal).hasMessageContaining("no room for");
    try (Stream<Path> left = Files.list(directory.resolve("unfinished"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void read_ofWhatIsMissing_isNotFound() {
    assertThat(refused(() -> store.read(DIGEST)).code()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void open_removesWhatNobodyContinuedForADay() throws Exception {
    try (Upload upload = store.upload(DIGEST, BYTES.length, 0)) {
      upload.write(ByteBuffer.wrap(BYTES, 0, 10));
    }
    Files.setLastModifiedTime(
        directory.resolve("unfinished").resolve(DIGEST.hex()),
        FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    assertThat(open(0).committedSize(DIGEST)).isZero();
  }

  private void put(byte[] bytes) throws IOException {
    try (Upload upload = store.upload(Digest.of(bytes), bytes.length, 0)) {
      upload.write(ByteBuffer.wrap(bytes));
      upload.finish();
    }
  }

  private static byte[] read(ArtifactStore store, Digest digest) throws IOException {
    try (FileChannel file = store.read(digest)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) file.size());
      while (buffer.hasRemaining()) {
        file.read(buffer);
      }
      return buffer.array();
    }
  }

  private static Refusal refused(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private ArtifactStore open(long reserveBytes) throws Exception {
    return ArtifactStore.open(
        directory,
        new ArtifactLimits(reserveBytes, Long.MAX_VALUE, Duration.ZERO),
        InstantSource.system());
  }
}
