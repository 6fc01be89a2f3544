package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slipway.model.HostPort;
import io.slipway.proto.cluster.v1.ClusterServiceGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetriesTest {
  private static final HostPort MASTER = new HostPort("127.0.0.1", 7077);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Channels channels = new Channels("test");
  private final Masters masters = new Masters(channels, List.of(MASTER), TokenSource.none());
  private long nanos;
  private final Retries retries =
      new Retries(
          masters,
          ClusterServiceGrpc.getDescribeClusterMethod(),
          Patience.of(PATIENCE),
          trouble -> {},
          () -> nanos);

  @AfterEach
  void close() {
    masters.close();
    channels.close();
  }

  private void fail() {
    StatusRuntimeException starting = StatusMapping.toStatus(Refusal.notLeader(Optional.empty()));
    nanos += retries.delayAfter(MASTER, true, starting.getStatus(), starting.getTrailers());
  }

  @Test
  void delay_beforeTheLastTry_endsWithPatience() {
    while (nanos < PATIENCE.toNanos()) {
      fail();
    }

    assertThat(nanos).isEqualTo(PATIENCE.toNanos());
    assertThatThrownBy(this::fail)
        .isInstanceOf(Refusal.class)
        .hasMessage("no master answers: " + MASTER + " does not lead, and knows no leader");
  }

  @Test
  void call_toSomethingThatIsSilentForLong_endsWithTheWordsOfAnyThatIsSilent() {
    Status silent =
        Status.UNAVAILABLE.withDescription("Keepalive failed. The connection is likely gone");

    assertThatThrownBy(
            () -> {
              while (true) {
                nanos += retries.delayAfter(MASTER, false, silent, new Metadata());
              }
            })
        .isInstanceOf(Refusal.class)
        .hasMessage("no master answers: " + MASTER + " does not answer");
  }

  @Test
  void delay_afterProgress_isAllowedAllOfPatienceAgain() {
    while (nanos < PATIENCE.toNanos()) {
      fail();
    }

    retries.progress(MASTER);
    fail();

    assertThat(nanos).isGreaterThan(PATIENCE.toNanos());
  }
}
