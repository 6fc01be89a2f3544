package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.slipway.model.HostPort;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelsCloseTest {
  private static final int ROUNDS = 100;

  private final List<String> logged = new CopyOnWriteArrayList<>();

  private final class Recording extends Handler {
    @Override
    public void publish(LogRecord entry) {
      // The server may be about to write to a caller that leaves, and says so.
      if (!entry.getLoggerName().endsWith(".NettyServerHandler")) {
        logged.add(entry.getMessage() + ": " + entry.getThrown());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void close_callsUnderWay_endsThemAndComplainsOfNothing() throws Exception {
    Logger root = Logger.getLogger("");
    Recording recording = new Recording();
    root.addHandler(recording);
    try (RpcServer server =
        Servers.at(new HostPort("127.0.0.1", 0), token -> Optional.empty()).open()) {
      for (int i = 0; i < ROUNDS; i++) {
        CountDownLatch watching = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (Channels channels = new Channels("test-io")) {
          ManagedChannel channel = channels.open(server.advertised(), TokenSource.none());
          HealthGrpc.newStub(channel)
              .watch(
                  HealthCheckRequest.getDefaultInstance(),
                  new StreamObserver<>() {
                    @Override
                    public void onNext(HealthCheckResponse answer) {
                      watching.countDown();
                    }

                    @Override
                    public void onError(Throwable failure) {
                      ended.countDown();
                    }

                    @Override
                    public void onCompleted() {
                      ended.countDown();
                    }
                  });
          watching.await();
        }
        ended.await();
      }
    } finally {
      root.removeHandler(recording);
    }

    assertThat(logged).isEmpty();
  }
}
