package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProcessStatTest {
  /** As Linux writes it, with the state, the number of threads and the status to be filled in. */
  private static final String LINE =
      "4711 (a ) b) %s 2 4711 3 0 -1 4227084 9 0 0 0 11 22 33 44 20 0 %d 0 987654 0 0"
          + " 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 %d";

  private static ProcessStat parse(String state, int threads, int status) {
    return ProcessStat.parse(4711, String.format(LINE, state, threads, status));
  }

  @Test
  void parse_nameWithBrackets_findsWhatComesAfterIt() {
    assertThat(parse("S", 1, 9))
        .isEqualTo(new ProcessStat(4711, 'S', 2, 3, 110, 1, 987654, OptionalInt.of(9)));
  }

  @Test
  void isAlive_firstThreadEndedBeforeOthers_isTrueUntilTheyEnd() {
    assertThat(parse("R", 1, 0).isAlive()).isTrue();
    assertThat(parse("Z", 2, 0).isAlive()).isTrue();
    assertThat(parse("Z", 1, 0).isAlive()).isFalse();
    assertThat(parse("X", 0, 0).isAlive()).isFalse();
  }

  @Test
  void of_thisProcess_isAlive() {
    int self = (int) ProcessHandle.current().pid();

    assertThat(ProcessStat.of(self))
        .get()
        .matches(ProcessStat::isAlive)
        .matches(s -> s.threads() > 1);
  }
}
