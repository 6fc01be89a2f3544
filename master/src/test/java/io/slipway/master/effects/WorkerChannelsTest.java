package io.slipway.master.effects;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.rpc.Channels;
import io.slipway.rpc.TokenSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkerChannelsTest {
  @Test
  void channel_toHostWhoseNameIsNotKnown_failsAndIsOpenedAnewNextTime() {
    AtomicInteger opened = new AtomicInteger();
    HostPort address = new HostPort("no-such-host.invalid", 7078);
    WorkerId worker = new WorkerId("w1");
    try (Channels channels = new Channels("test-channels")) {
      WorkerChannels workers =
          new WorkerChannels(
              channels,
              TokenSource.none(),
              task -> {
                opened.incrementAndGet();
                task.run();
              });

      assertThat(workers.channel(worker, address)).isCompletedExceptionally();
      assertThat(workers.channel(worker, address)).isCompletedExceptionally();
    }
    assertThat(opened).hasValue(2);
  }
}
