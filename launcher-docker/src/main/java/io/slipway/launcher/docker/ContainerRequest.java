package io.slipway.launcher.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A container to be made.
 *
 * @param name unique in the engine
 * @param image its name
 * @param labels by which it is found
 * @param commandLine program and arguments; the image's own entry point plays no part
 * @param environment what is set over the image's
 * @param workDirectory mounted at the same path, writable
 * @param mounts besides
 * @param user {@code UID:GID}
 * @param cores quota of processor time, positive
 * @param memoryBytes limit of all its processes together, swap included
 * @param addresses of a bridged one; null for the machine's own network
 */
record ContainerRequest(
    String name,
    String image,
    Map<String, String> labels,
    List<String> commandLine,
    Map<String, String> environment,
    Path workDirectory,
    List<BindMount> mounts,
    String user,
    int cores,
    long memoryBytes,
    Addresses addresses) {
  private static final long PERIOD_MICROS = 100_000;

  /**
   * A file or directory of this machine.
   *
   * @param source without symbolic links
   * @param target in the container
   */
  record BindMount(Path source, Path target, boolean readOnly) {
    private com.github.dockerjava.api.model.Mount forEngine() {
      return new com.github.dockerjava.api.model.Mount()
          .withType(MountType.BIND)
          .withSource(source.toString())
          .withTarget(target.toString())
          .withReadOnly(readOnly);
    }
  }

  CreateContainerCmd fill(CreateContainerCmd command) {
    HostConfig host =
        HostConfig.newHostConfig()
            // Without it signals to the first process are lost.
            .withInit(true)
            .withCpuPeriod(PERIOD_MICROS)
            .withCpuQuota(PERIOD_MICROS * cores)
            .withMemory(memoryBytes)
            .withMemorySwap(memoryBytes)
            .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
            .withMounts(
                java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(
                            new BindMount(workDirectory, workDirectory, false)),
                        mounts.stream())
                    .map(BindMount::forEngine)
                    .toList())
            .withNetworkMode(addresses == null ? "host" : "bridge");
    if (addresses != null) {
      host.withPortBindings(
          addresses.ports().stream()
              .map(
                  port ->
                      new PortBinding(
                          Ports.Binding.bindIpAndPort(addresses.host(), port),
                          ExposedPort.tcp(port)))
              .toList());
      command.withExposedPorts(addresses.ports().stream().map(ExposedPort::tcp).toList());
    }
    return command
        .withName(name)
        .withLabels(labels)
        .withEntrypoint(commandLine)
        .withEnv(
            environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList())
        .withWorkingDir(workDirectory.toString())
        .withUser(user)
        .withStopSignal("SIGTERM")
        .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
        .withHostConfig(host);
  }
}
