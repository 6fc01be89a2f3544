package io.slipway.master.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.model.Digest;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCollectorTest {
  private static final Duration MINIMUM_AGE = Duration.ofHours(1);
  private static final int SIZE = 100;

  private final List<ArtifactCollector.Holder> holders = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-22T10:00:00Z");
  private boolean leads = true;
  @TempDir Path directory;
  private ArtifactStore store;
  private ArtifactCollector collector;

  @BeforeEach
  void open() throws IOException {
    store = ArtifactStore.open(directory, new ArtifactLimits(0, 3 * SIZE, MINIMUM_AGE), () -> now);
    collector =
        new ArtifactCollector(
            store,
            () -> {
              if (!leads) {
                throw new IOException("does not lead");
              }
              return List.copyOf(holders);
            });
  }

  private static byte[] bytes(String name) {
    return name.repeat(SIZE).substring(0, SIZE).getBytes(UTF_8);
  }

  private Digest put(String name) throws IOException {
    Digest digest = Digest.of(bytes(name));
    try (Upload upload = collector.upload(digest, SIZE, 0)) {
      upload.write(ByteBuffer.wrap(bytes(name)));
      upload.finish();
    }
    return digest;
  }

  private void hold(String name, Digest... artifacts) {
    holders.add(new ArtifactCollector.Holder(name, Set.of(artifacts)));
  }

  private boolean stored(Digest digest) {
    return store.stored(digest).isPresent();
  }

  @Test
  void collect_oldAndReferredToByNobody_isRemoved() throws Exception {
    Digest unused = put("a");
    Digest used = put("b");
    hold("app-1", used);
    now = now.plus(MINIMUM_AGE);

    collector.collect();

    assertThat(stored(unused)).isFalse();
    assertThat(stored(used)).isTrue();
  }

  @Test
  void collect_youngerThanItsMinimumAge_stays() throws Exception {
    Digest young = put("a");
    now = now.plus(MINIMUM_AGE).minusSeconds(1);

    collector.collect();

    assertThat(stored(young)).isTrue();
  }

  @Test
  void collect_askedForLately_stays() throws Exception {
    Digest asked = put("a");
    now = now.plus(MINIMUM_AGE);
    assertThat(store.contains(asked)).isTrue();

    collector.collect();
    assertThat(stored(asked)).isTrue();
    now = now.plus(MINIMUM_AGE);
    collector.collect();

    assertThat(stored(asked)).isFalse();
  }

  @Test
  void collect_whoRefersCanNotBeTold_removesNothing() throws Exception {
    Digest unused = put("a");
    now = now.plus(MINIMUM_AGE);
    leads = false;

    assertThatThrownBy(() -> collector.collect()).isInstanceOf(IOException.class);

    assertThat(stored(unused)).isTrue();
  }

  @Test
  void upload_beyondTheQuota_isRefusedAndSaysWhoHoldsTheSpace() throws Exception {
    hold("app-1 of alice, RUNNING", put("a"), put("b"));
    hold("app-2 of bob, FAILED", put("c"));
    now = now.plus(MINIMUM_AGE);

    assertThatThrownBy(() -> put("d"))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.reason()).isEqualTo(Reason.REASON_LIMIT_EXCEEDED);
              assertThat(refusal.metadata()).containsEntry("maximum", "300");
            })
        .hasMessageContaining("quota of 300b")
        .hasMessageContaining(
            "most is held by app-1 of alice, RUNNING (200b), app-2 of bob, FAILED (100b)");
    assertThat(store.committedSize(Digest.of(bytes("d")))).isZero();
  }

  @Test
  void upload_beyondTheQuota_firstRemovesWhatNobodyRefersTo() throws Exception {
    Digest unused = put("a");
    hold("app-1", put("b"), put("c"));
    now = now.plus(MINIMUM_AGE);

    Digest fits = put("d");

    assertThat(stored(fits)).isTrue();
    assertThat(stored(unused)).isFalse();
  }

  @Test
  void upload_whatIsThere_needsNoRoom() throws Exception {
    hold("app-1", put("a"), put("b"), put("c"));

    put("a");

    assertThat(store.committedSize(Digest.of(bytes("a")))).isZero();
  }

  @Test
  void uploads_underWay_countWithTheirWholeSize() throws Exception {
    put("a");
    put("b");
    try (Upload upload = collector.upload(Digest.of(bytes("c")), SIZE, 0)) {
      assertThatThrownBy(() -> put("d")).isInstanceOf(Refusal.class);

      upload.write(ByteBuffer.wrap(bytes("c")));
      upload.finish();
    }
  }
}
