package io.slipway.worker.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.model.ArtifactRef;
import io.slipway.model.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
  private ArtifactCache cache;

  @BeforeEach
  void fill() throws IOException {
    new Random(7).nextBytes(bytes);
    artifact = new ArtifactRef("app.jar", Digest.of(bytes), bytes.length);
    cache = newCache();
  }

  private ArtifactCache newCache() throws IOException {
    Path place = Files.createDirectories(directory.resolve("cache"));
    return new ArtifactCache(
        place,
        (digest, offset, target) -> {
          synchronized (offsets) {
            offsets.add(offset);
          }
          behaviour.download(digest, offset, target);
        },
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
}
