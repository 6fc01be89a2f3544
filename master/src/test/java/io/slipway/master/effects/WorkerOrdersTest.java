package io.slipway.master.effects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slipway.master.decide.Fencing;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Moment;
import io.slipway.master.state.StopOrder;
import io.slipway.master.state.Worker;
import io.slipway.master.state.WorkerRegistration;
import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.FakeClock;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import io.slipway.model.WorkerState;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.Channels;
import io.slipway.rpc.TokenSource;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Orders to workers whose connections are opened by hand. */
class WorkerOrdersTest {
  private static final ApplicationId APPLICATION = ApplicationId.of("20261122", 1);
  private static final Fencing FENCING = new Fencing("cluster-1", 1, 1);
  private static final int CALLS_AT_ONCE = 64;

  /** One for each worker that is called, in order. */
  private final List<Runnable> opening = new CopyOnWriteArrayList<>();

  private final Channels channels = new Channels("test-channels");
  private final WorkerOrders orders =
      new WorkerOrders(
          new WorkerChannels(channels, TokenSource.none(), opening::add),
          new FakeClock(),
          () -> new ApplicationTokens(new byte[32], 1),
          reason -> {},
          () -> {});

  @AfterEach
  void close() {
    orders.close();
    channels.close();
  }

  @Test
  void callThatEnds_whereTheNextInLineHasNothingDueAnyMore_letsTheOneAfterThatGo()
      throws Exception {
    int port = closedPort();
    for (int i = 1; i <= CALLS_AT_ONCE + 3; i++) {
      orders.stop(FENCING, stopping(i), worker(i, port));
    }
    await().until(() -> opening.size() == CALLS_AT_ONCE);
    orders.settled(id(CALLS_AT_ONCE + 1));
    orders.settled(id(CALLS_AT_ONCE + 2));

    opening.get(0).run();

    await().untilAsserted(() -> assertThat(opening).hasSize(CALLS_AT_ONCE + 1));
  }

  private static int closedPort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static ExecutionId id(int number) {
    return APPLICATION.executor(number);
  }

  private static Execution stopping(int number) {
    return new Execution(
        id(number),
        1,
        "default",
        Optional.of(new WorkerId("w" + number)),
        new Resources(1, 1),
        ExecutionState.STOPPING,
        Moment.ZERO,
        Optional.empty(),
        Collections.emptySortedMap(),
        Optional.of(new StopOrder(StopOrder.MASTER, "", Duration.ZERO, Moment.ZERO)),
        Optional.empty());
  }

  private static Worker worker(int number, int port) {
    return new Worker(
        new WorkerId("w" + number),
        1,
        new WorkerRegistration(
            new HostPort("127.0.0.1", port),
            new Resources(1, 1),
            new TreeMap<>(),
            new TreeSet<>(List.of("process")),
            "process",
            ""),
        Resources.NONE,
        WorkerState.LIVE,
        false,
        Moment.ZERO,
        Moment.ZERO);
  }
}
