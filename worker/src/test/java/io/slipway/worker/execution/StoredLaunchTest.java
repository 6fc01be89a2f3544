package io.slipway.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.slipway.model.ApplicationId;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.StopKind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StoredLaunchTest {
  private static final ExecutionId EXECUTOR = new ApplicationId("app-20261122-0007").executor(12);

  private static SortedMap<String, String> map(String name, String value) {
    return new TreeMap<>(Map.of(name, value));
  }

  @Test
  void decode_whatWasEncoded_isTheSame() throws IOException {
    ArtifactRef jar = new ArtifactRef("a.jar", Digest.of(new byte[] {1}), 1);
    StoredLaunch launch =
        new StoredLaunch(
            new OrderedLaunch(
                EXECUTOR,
                3,
                7,
                DeployMode.CLIENT,
                new LaunchTemplate(
                    new CommandTemplate.Jvm("Main", List.of(jar), List.of("-Da=b"), List.of("ü")),
                    map("A", "b"),
                    map("SECRET", "s"),
                    List.of(jar),
                    new Resources(7, 1L << 30, new TreeMap<>(Map.of("gpu", 2L))),
                    Optional.empty(),
                    List.of("http"),
                    Optional.of("docker"),
                    map("image", "x"),
                    Duration.ofMillis(1_500)),
                "token",
                Optional.of("default"),
                Optional.of(HostPort.parse("[::1]:99"))),
            "docker",
            new TreeMap<>(Map.of("http", HostPort.parse("10.0.0.1:4711"))));

    assertThat(StoredLaunch.decode(launch.encode())).isEqualTo(launch);
    assertThat(launch.order().toString()).doesNotContain("token");
  }

  @Test
  void decode_cutOff_isRefused() {
    assertThatThrownBy(() -> StoredLaunch.decode(new byte[0])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> StoredLaunch.decode(new byte[] {5, 1}))
        .isInstanceOf(IOException.class);
  }

  @Test
  void decodeEnd_whatWasEncoded_isTheSame() {
    ExecutionSnapshot end =
        new ExecutionSnapshot(
            EXECUTOR,
            ExecutionState.ENDED,
            Optional.of(
                new Ending(
                    new ExitStatus.Signalled(9), true, Optional.of(StopKind.FORCED), "memory")),
            ByteString.copyFromUtf8("out"),
            ByteString.copyFromUtf8("err"),
            new TreeMap<>(Map.of("http", HostPort.parse("10.0.0.1:4711"))),
            "docker");

    assertThat(StoredLaunch.decodeEnd(EXECUTOR, StoredLaunch.encodeEnd(end))).isEqualTo(end);
  }

  @Test
  void decodeEnd_damaged_isLost() {
    ExecutionSnapshot end = StoredLaunch.decodeEnd(EXECUTOR, new byte[] {1, 2, 3});

    assertThat(end.ending().orElseThrow().status()).isInstanceOf(ExitStatus.Lost.class);
  }

  @Test
  void cancellation_anyText_isReadBack() {
    Cancellation stop = new Cancellation(Duration.ofMillis(1_234), "user \"a\nb\"");

    assertThat(Cancellation.decode(stop.encode())).isEqualTo(stop);
    assertThat(Cancellation.decode("").grace()).isZero();
  }

  @Test
  void ports_severalOfOneExecution_differ() throws IOException {
    PortAllocator allocator = new PortAllocator("127.0.0.1", "worker.example");

    SortedMap<String, HostPort> ports = allocator.allocate(List.of("a", "b", "c"));

    assertThat(ports.values()).doesNotHaveDuplicates().allMatch(port -> port.port() > 0);
    assertThat(ports.get("a").host()).isEqualTo("worker.example");
  }
}
