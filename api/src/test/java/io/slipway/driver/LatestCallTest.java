package io.slipway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LatestCallTest {
  private final List<String> asked = new ArrayList<>();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private final LatestCall<String> call =
      new LatestCall<>(
          request -> {
            asked.add(request);
            answers.add(new CompletableFuture<>());
            return answers.get(answers.size() - 1);
          },
          (earlier, later) -> later);

  @Test
  void call_whileNobodyAnswers_keepsOneUnderWayAndTheLatest() {
    for (int i = 1; i <= 1_000; i++) {
      call.call("progress " + i);
    }
    assertThat(asked).containsExactly("progress 1");

    answers.get(0).complete(null);

    assertThat(asked).containsExactly("progress 1", "progress 1000");
  }

  @Test
  void call_afterOneHasFailed_isMade() {
    call.call("a");
    answers.get(0).completeExceptionally(new IllegalStateException("refused"));

    call.call("b");

    assertThat(asked).containsExactly("a", "b");
  }
}
