package io.slipway.launcher.docker;

import io.slipway.launcher.Command;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.testing.ContractBed;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A docker launcher to try things with, and specs for it. */
final class DockerBed implements AutoCloseable {
  private final ContractBed bed;
  private final Path engine;

  /**
   * One on an engine.
   *
   * @param settings of the launcher, besides engine and image
   */
  DockerBed(Path engine, Map<String, String> settings) throws Exception {
    this.engine = engine;
    SortedMap<String, String> all = new TreeMap<>(settings);
    all.put("engine", engine.toString());
    all.putIfAbsent("image", TestEngine.image());
    this.bed = new ContractBed(new DockerLauncherProvider(), all, new TreeMap<>());
  }

  ContractBed contract() {
    return bed;
  }

  Engine engine() {
    return new Engine(engine);
  }

  /** The container of an execution. */
  String containerOf(ContractBed.Execution execution) {
    return "slipway-" + bed.owner() + "-" + execution.id();
  }

  /** The usual spec with other options, variables, ports and memory. */
  LaunchSpec spec(
      ContractBed.Execution execution,
      Command command,
      Map<String, String> options,
      Map<String, String> variables,
      Map<String, HostPort> ports) {
    LaunchSpec usual = bed.spec(execution, command);
    SortedMap<String, String> environment = new TreeMap<>(usual.environment());
    environment.putAll(variables);
    return new LaunchSpec(
        usual.executionId(),
        usual.command(),
        environment,
        usual.workDirectory(),
        new Resources(1, 256L << 20),
        usual.user(),
        new TreeMap<>(ports),
        usual.mounts(),
        new TreeMap<>(options),
        usual.stdout(),
        usual.stderr());
  }

  @Override
  public void close() throws Exception {
    bed.close();
    try (Engine left = engine()) {
      for (String container : left.containersOf(bed.owner()).keySet()) {
        left.remove(container);
      }
    } catch (EngineException e) {
      System.err.println("containers of " + bed.owner() + " may be left: " + e);
    }
  }
}
