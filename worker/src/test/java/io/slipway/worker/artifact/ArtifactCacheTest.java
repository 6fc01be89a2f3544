package io.slipway.worker.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.model.ArtifactRef;
import io.slipway.model.Digest;
import io.slipway.model.SmallDisk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCacheTest {
  @TempDir Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final byte[] bytes = new byte[300_000];
  private ArtifactRef artifact;
  private final List<Long> offsets = new ArrayList<>();
  private ArtifactSource behaviour = this::sendAll;
  private final Map<Digest, byte[]> contents = new ConcurrentHashMap<>();
  private long limit = 1 << 30;
  private ArtifactCache cache;

  @BeforeEach
  void fill() throws IOException {
    new Random(7).nextBytes(bytes);
    artifact = new ArtifactRef("app.jar", Digest.of(bytes), bytes.length);
    cache = newCache();
  }

  private ArtifactCache newCache() throws IOException {
    return new ArtifactCache(
        Files.createDirectories(directory.resolve("cache")),
        (digest, offset, target) -> {
          synchronized (offsets) {
            offsets.add(offset);
          }
          behaviour.download(digest, offset, target);
        },
        limit,
        threads);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private void sendAll(Digest digest, long offset, OutputStream target) throws IOException {
    for (int from = (int) offset; from < bytes.length; from += 10_000) {
      target.write(bytes, from, Math.min(10_000, bytes.length - from));
    }
  }

  @Test
  void request_twice_downloadsOnce() throws Exception {
    Path first = ArtifactCache.await(cache.request(artifact));
    Path second = ArtifactCache.await(cache.request(artifact));

    assertThat(first).isEqualTo(second).hasBinaryContent(bytes);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
        .isEqualTo("r--r--r--");
    assertThat(offsets).hasSize(1);
  }

  @Test
  void request_manyAtOnce_downloadsOnce() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    behaviour =
        (digest, offset, target) -> {
          go.await();
          sendAll(digest, offset, target);
        };
    List<CompletableFuture<Path>> requests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      requests.add(cache.request(artifact));
    }
    requests.get(3).cancel(true);
    go.countDown();

    assertThat(ArtifactCache.await(requests.get(0))).hasBinaryContent(bytes);
    assertThat(ArtifactCache.await(requests.get(19))).hasBinaryContent(bytes);
    assertThat(offsets).hasSize(1);
  }

  @Test
  void request_bytesAreCorrupted_downloadsAgain() throws Exception {
    behaviour =
        (digest, offset, target) -> {
          if (offsets.size() == 1) {
            byte[] damaged = bytes.clone();
            damaged[1_000] ^= 1;
            target.write(damaged);
          } else {
            sendAll(digest, offset, target);
          }
        };

    assertThat(ArtifactCache.await(cache.request(artifact))).hasBinaryContent(bytes);
    assertThat(offsets).containsExactly(0L, 0L);
  }

  @Test
  void request_bytesAreAlwaysCorrupted_givesUp() {
    behaviour = (digest, offset, target) -> target.write(new byte[bytes.length]);

    assertThatThrownBy(() -> ArtifactCache.await(cache.request(artifact)))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("corrupted");
    assertThat(directory.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void request_senderNeverEnds_givesUp() {
    behaviour =
        (digest, offset, target) -> {
          while (true) {
            target.write(bytes);
          }
        };

    assertThatThrownBy(() -> ArtifactCache.await(cache.request(artifact)))
        .isInstanceOf(ArtifactException.class);
    assertThat(directory.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void request_brokenOffBefore_continues() throws Exception {
    behaviour =
        (digest, offset, target) -> {
          target.write(bytes, 0, 120_000);
          throw new IOException("the disk is gone");
        };
    assertThatThrownBy(() -> ArtifactCache.await(cache.request(artifact)))
        .isInstanceOf(IOException.class);

    behaviour = this::sendAll;
    cache = newCache();

    assertThat(ArtifactCache.await(cache.request(artifact))).hasBinaryContent(bytes);
    assertThat(offsets).containsExactly(0L, 120_000L);
  }

  @Test
  void request_noSuchArtifact_fails() {
    behaviour =
        (digest, offset, target) -> {
          throw new ArtifactException("nobody has it");
        };

    assertThatThrownBy(() -> ArtifactCache.await(cache.request(artifact)))
        .isInstanceOf(ArtifactException.class)
        .hasMessage("nobody has it");
  }

  @Test
  void request_afterARestart_isNotDownloadedAgain() throws Exception {
    ArtifactCache.await(cache.request(artifact));

    cache = newCache();
    ArtifactCache.await(cache.request(artifact));

    assertThat(offsets).hasSize(1);
  }

  @Test
  void request_changedThroughALink_isFetchedAgain() throws Exception {
    Path link = directory.resolve("app.jar");
    cache.link(artifact, link);
    Files.setPosixFilePermissions(link, PosixFilePermissions.fromString("rw-r--r--"));
    byte[] changed = bytes.clone();
    Arrays.fill(changed, 0, 100, (byte) 0);
    Files.write(link, changed);

    assertThat(ArtifactCache.await(cache.request(artifact))).hasBinaryContent(bytes);
    assertThat(offsets).hasSize(2);
  }

  @Test
  void request_touchedOnly_isCheckedAndKept() throws Exception {
    Path file = ArtifactCache.await(cache.request(artifact));
    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1));

    assertThat(ArtifactCache.await(cache.request(artifact))).hasBinaryContent(bytes);
    assertThat(offsets).hasSize(1);
  }

  @Test
  void copy_changed_leavesTheCacheAlone() throws Exception {
    Path copy = directory.resolve("data");
    cache.copy(artifact, copy);
    Files.write(copy, new byte[] {1});

    assertThat(Files.isExecutable(copy)).isTrue();
    assertThat(ArtifactCache.await(cache.request(artifact))).hasBinaryContent(bytes);
    assertThat(offsets).hasSize(1);
  }

  // Below a size

  /** Of another artifact of the same size, whose bytes are all the same. */
  private ArtifactRef other(int value) {
    byte[] all = new byte[bytes.length];
    Arrays.fill(all, (byte) value);
    contents.put(Digest.of(all), all);
    return new ArtifactRef("other-" + value, Digest.of(all), all.length);
  }

  private void holdAtMost(int artifacts) throws IOException {
    limit = (long) artifacts * bytes.length;
    behaviour = (digest, offset, target) -> target.write(contents.getOrDefault(digest, bytes));
    cache = newCache();
  }

  private boolean isCached(ArtifactRef ref) {
    return Files.exists(directory.resolve("cache").resolve(ref.digest().hex()));
  }

  @Test
  void limit_reached_whatWasNotUsedForLongestGoes() throws Exception {
    holdAtMost(2);
    ArtifactCache.await(cache.request(other(1)));
    ArtifactCache.await(cache.request(other(2)));
    ArtifactCache.await(cache.request(other(1)));

    ArtifactCache.await(cache.request(other(3)));

    assertThat(isCached(other(1))).isTrue();
    assertThat(isCached(other(2))).isFalse();
    assertThat(isCached(other(3))).isTrue();
    assertThat(cache.sizeBytes()).isEqualTo(limit);
  }

  @Test
  void limit_reached_whatRunsStays() throws Exception {
    holdAtMost(2);
    cache.link(other(1), directory.resolve("runs.jar"));
    ArtifactCache.await(cache.request(other(2)));

    ArtifactCache.await(cache.request(other(3)));

    assertThat(isCached(other(1))).isTrue();
    assertThat(isCached(other(2))).isFalse();
  }

  @Test
  void limit_allRuns_isPassedUntilSomethingHasEnded() throws Exception {
    holdAtMost(1);
    cache.link(other(1), directory.resolve("one.jar"));
    cache.link(other(2), directory.resolve("two.jar"));
    assertThat(cache.files()).isEqualTo(2);
    Files.delete(directory.resolve("one.jar"));
    Files.delete(directory.resolve("two.jar"));

    ArtifactCache.await(cache.request(other(3)));

    assertThat(cache.files()).isEqualTo(1);
    assertThat(isCached(other(3))).isTrue();
  }

  @Test
  void artifact_largerThanTheCache_isFetched_andGoesWithTheNext() throws Exception {
    limit = bytes.length / 2;
    behaviour = (digest, offset, target) -> target.write(contents.getOrDefault(digest, bytes));
    cache = newCache();

    Path file = ArtifactCache.await(cache.request(artifact));
    assertThat(file).hasBinaryContent(bytes);
    ArtifactCache.await(cache.request(other(1)));

    assertThat(isCached(artifact)).isFalse();
    assertThat(cache.files()).isEqualTo(1);
  }

  @Test
  void disk_full_saysSo_andLeavesNothing() throws Exception {
    try (SmallDisk disk = SmallDisk.at(directory.resolve("small"), 1)) {
      disk.fillBut(100_000);
      Files.createDirectory(disk.directory().resolve("cache"));
      Files.delete(directory.resolve("cache"));
      Files.createSymbolicLink(directory.resolve("cache"), disk.directory().resolve("cache"));
      cache = newCache();

      assertThatThrownBy(() -> ArtifactCache.await(cache.request(artifact)))
          .isInstanceOf(ArtifactException.class)
          .hasMessageContaining("no room for artifact app.jar (293")
          .hasMessageContaining("on the worker's disk");
      assertThat(cache.files()).isZero();
    }
  }

  @Test
  void disk_full_whatNobodyUsesMakesRoom() throws Exception {
    try (SmallDisk disk = SmallDisk.at(directory.resolve("cache"), 1)) {
      holdAtMost(100);
      for (int i = 1; i <= 5; i++) {
        ArtifactCache.await(cache.request(other(i)));
      }

      assertThat(isCached(other(1))).isFalse();
      assertThat(isCached(other(5))).isTrue();
    }
  }

  @Test
  void limit_afterARestart_holdsForWhatLaysThere() throws Exception {
    holdAtMost(3);
    for (int i = 1; i <= 3; i++) {
      ArtifactCache.await(cache.request(other(i)));
    }
    holdAtMost(2);

    ArtifactCache.await(cache.request(other(4)));

    assertThat(cache.files()).isEqualTo(2);
    assertThat(isCached(other(4))).isTrue();
  }

  @Test
  void link_whileOthersPushItOut_alwaysSucceeds() throws Exception {
    holdAtMost(1);
    List<Future<?>> links = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ArtifactRef wanted = other(i % 8);
      Path link = directory.resolve("link-" + i);
      links.add(
          threads.submit(
              () -> {
                cache.link(wanted, link);
                assertThat(link).hasBinaryContent(contents.get(wanted.digest()));
                Files.delete(link);
                return null;
              }));
    }

    for (Future<?> link : links) {
      link.get(60, TimeUnit.SECONDS);
    }
    ArtifactCache.await(cache.request(artifact));
    assertThat(cache.sizeBytes()).isEqualTo(limit);
  }
}
