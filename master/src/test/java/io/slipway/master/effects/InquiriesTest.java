package io.slipway.master.effects;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.master.decide.Request;
import io.slipway.master.decide.RequestRefused;
import io.slipway.model.ApplicationId;
import io.slipway.model.FakeClock;
import io.slipway.model.WorkerId;
import io.slipway.rpc.Channels;
import io.slipway.rpc.TokenSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InquiriesTest {
  @Test
  void ask_whileTheMasterHasTooMuchToDo_goesOnUntilItHasNot() {
    FakeClock clock = new FakeClock();
    AtomicInteger asked = new AtomicInteger();
    try (Channels channels = new Channels("test-channels")) {
      Inquiries inquiries =
          new Inquiries(new WorkerChannels(channels, TokenSource.none(), Runnable::run), clock);
      inquiries.reportTo(
          new Asker() {
            @Override
            public <R> CompletionStage<R> ask(Request<R> request) {
              asked.incrementAndGet();
              return CompletableFuture.failedFuture(RequestRefused.overloaded(Duration.ZERO));
            }
          });

      inquiries.ask(new WorkerId("w1"), 1, List.of(ApplicationId.of("20261122", 1).executor(1)));
      clock.advance(Duration.ofSeconds(5));
    }
    assertThat(asked).hasValueGreaterThan(4);
  }
}
