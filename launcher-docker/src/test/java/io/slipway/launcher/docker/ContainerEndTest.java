package io.slipway.launcher.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.Signals;
import io.slipway.model.StopKind;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ContainerEndTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private static Engine.State exited(int code, boolean memoryExhausted) {
    return new Engine.State("w-1", "app-20261122-0001-e1", "exited", code, memoryExhausted, "");
  }

  private static Ending ending(Engine.State state, Optional<Instant> deadline) {
    return new ContainerEnd(state, deadline, false, false, true).ending(Optional::empty, NOW);
  }

  @Test
  void exited_everyCode_isTold() {
    for (int code = 0; code <= 255; code++) {
      Ending ending = ending(exited(code, false), Optional.empty());

      assertThat(ending.status()).isEqualTo(new ExitStatus.Exited(code));
      assertThat(ending.stop()).isEmpty();
      assertThat(ending.memoryExhausted()).isFalse();
      if (code > 128 && code <= 192) {
        assertThat(ending.cause()).contains("or signal " + (code - 128) + " ");
      } else {
        assertThat(ending.cause()).isEmpty();
      }
    }
  }

  @Test
  void exited_initCouldNotRunTheProgram_didNotStart() {
    for (int code : new int[] {126, 127}) {
      Ending ending =
          new ContainerEnd(exited(code, false), Optional.empty(), false, false, true)
              .ending(() -> Optional.of("exec x failed: no"), NOW);

      assertThat(ending).isEqualTo(Ending.notStarted("exec x failed: no"));
    }
  }

  @Test
  void exited_255WhereNobodySawTheEnd_isLost() {
    Engine.State state = exited(255, false);

    Ending away =
        new ContainerEnd(state, Optional.empty(), true, false, true).ending(Optional::empty, NOW);
    Ending restarted =
        new ContainerEnd(state, Optional.empty(), false, true, true).ending(Optional::empty, NOW);

    assertThat(away.status().toString()).contains("engine was not there");
    assertThat(restarted.status().toString()).contains("machine was restarted");
    assertThat(away.status()).isInstanceOf(ExitStatus.Lost.class);
  }

  @Test
  void killed_memoryUsedUp_isSaidUnlessItWasStopped() {
    Engine.State state = exited(137, true);

    Ending byKernel = ending(state, Optional.empty());
    Ending stopped = ending(state, Optional.of(NOW));

    assertThat(byKernel.memoryExhausted()).isTrue();
    assertThat(byKernel.status()).isEqualTo(new ExitStatus.Signalled(Signals.KILL));
    assertThat(stopped.stop()).contains(StopKind.FORCED);
    assertThat(stopped.cause()).contains("used up its memory");
  }

  @Test
  void killed_beforeTheGraceWasOver_wasNotForced() {
    assertThat(ending(exited(137, false), Optional.of(NOW.plusSeconds(1))).stop())
        .contains(StopKind.ASKED);
    assertThat(ending(exited(137, false), Optional.of(NOW)).stop()).contains(StopKind.FORCED);
    assertThat(ending(exited(0, false), Optional.of(NOW)).stop()).contains(StopKind.ASKED);
  }

  @Test
  void exited_outputIncomplete_isSaid() {
    assertThat(
            new ContainerEnd(exited(0, false), Optional.empty(), false, false, false)
                .ending(Optional::empty, NOW)
                .cause())
        .contains("end of its output may be missing");
  }

  @Test
  void exited_asAnEngineEndsContainers_isExplainedUnlessItWasStopped() {
    for (int code : new int[] {137, 143}) {
      assertThat(ending(exited(code, false), Optional.empty()).cause())
          .contains("of an engine that is shut down");
      assertThat(ending(exited(code, false), Optional.of(NOW)).cause()).doesNotContain("shut down");
    }
    assertThat(ending(exited(139, false), Optional.empty()).cause()).doesNotContain("shut down");
  }
}
