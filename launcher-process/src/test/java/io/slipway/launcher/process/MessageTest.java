package io.slipway.launcher.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.launcher.LogTarget;
import io.slipway.model.Ending;
import io.slipway.model.ExitStatus;
import io.slipway.model.StopKind;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageTest {
  static Stream<Message> messages() {
    LogTarget target = new LogTarget(Path.of("/logs/stdout"), 5, 2);
    return Stream.of(
        new Message.Hello(3),
        new Message.Launch(
            7,
            "id",
            Path.of("/e"),
            "/bin/prog",
            List.of("prog", "", "ß\n", "x".repeat(100_000)),
            Map.of("A", "b=c", "EMPTY", ""),
            Path.of("/e/work"),
            target,
            target),
        new Message.Cancel(8),
        new Message.Attach(9, "id", Path.of("/e")),
        new Message.Stop("id", OptionalLong.empty()),
        new Message.Stop("id", OptionalLong.of(1L << 40)),
        new Message.Usage(1L << 40, "id"),
        new Message.Running(1, 4711),
        new Message.Refused(1, "because"),
        new Message.Elsewhere(1, "keeper-1"),
        new Message.Used(1, OptionalLong.of(0), OptionalLong.empty()),
        new Message.Ended(0, "id", Ending.exited(255)),
        new Message.Ended(0, "id", Ending.lost("a reason:\nwith = signs")),
        new Message.Ended(
            1,
            "id",
            new Ending(
                new ExitStatus.Signalled(9), true, Optional.of(StopKind.FORCED), "a cause")));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void decode_whatWasEncoded_isTheSame(Message message) throws Exception {
    assertThat(decode(message.encode())).contains(message);
  }

  @Test
  void decode_kindOfALaterVersion_isNothing() throws Exception {
    assertThat(decode(new byte[] {0, 0, 0, 0, 0, 0, 0, 99, 1, 2, 3})).isEmpty();
  }

  @Test
  void decode_stopOfAnOlderLauncher_hasNoDeadline() throws Exception {
    byte[] bytes = new Message.Stop("id", OptionalLong.empty()).encode();

    assertThat(decode(Arrays.copyOf(bytes, bytes.length - 8)))
        .contains(new Message.Stop("id", OptionalLong.empty()));
  }

  private static Optional<Message> decode(byte[] bytes) throws IOException {
    return Message.decode(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
