package io.slipway.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.ExecutionId;
import io.slipway.model.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionQueueTest {
  @TempDir Path root;
  private final FakeClock clock = new FakeClock();
  private final AtomicInteger looks = new AtomicInteger();
  private Instant now = Instant.now();

  private RetentionQueue queue(Duration retention) {
    Executor threads =
        task -> {
          looks.incrementAndGet();
          task.run();
        };
    return new RetentionQueue(retention, () -> now, clock, threads);
  }

  private ExecutionDirectory ended() throws Exception {
    ExecutionDirectory directory =
        new ExecutionDirectory(root, ExecutionId.parse("app-20261122-0001-d1"));
    directory.create(new byte[0]);
    directory.writeExit(new byte[0]);
    return directory;
  }

  @Test
  void start_noRetention_removesWithoutBeingBusy() throws Exception {
    RetentionQueue queue = queue(Duration.ZERO);
    ExecutionDirectory directory = ended();
    queue.add(directory);
    now = now.plusSeconds(10);

    queue.start();
    clock.advance(Duration.ofSeconds(1));

    assertThat(directory.path()).doesNotExist();
    assertThat(looks.get()).isBetween(1, 10);
  }

  @Test
  void start_retentionForEver_removesNothing() throws Exception {
    RetentionQueue queue = queue(Duration.ofSeconds(Long.MAX_VALUE));
    ExecutionDirectory directory = ended();
    queue.add(directory);
    now = now.plus(Duration.ofDays(10_000));

    queue.start();
    clock.advance(Duration.ofMinutes(2));

    assertThat(looks.get()).isPositive();
    assertThat(Files.exists(directory.path())).isTrue();
  }
}
