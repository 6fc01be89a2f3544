package io.slipway.worker.execution;

import io.slipway.launcher.LaunchBinder;
import io.slipway.launcher.LaunchContext;
import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.Digest;
import io.slipway.model.HostPort;
import io.slipway.worker.artifact.ArtifactCache;
import io.slipway.worker.artifact.ArtifactException;
import io.slipway.worker.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * Brings what a process needs into its execution directory and binds its template: jars of the
 * class path as read-only links, files as copies in the working directory.
 */
final class LaunchPreparation {
  private final ArtifactCache artifacts;
  private final ProcessSettings settings;

  LaunchPreparation(ArtifactCache artifacts, ProcessSettings settings) {
    this.artifacts = artifacts;
    this.settings = settings;
  }

  /**
   * Blocks until all is there. May be repeated after it was broken off.
   *
   * @throws ArtifactException if an artifact can't be had
   */
  LaunchSpec prepare(
      OrderedLaunch order, ExecutionDirectory directory, SortedMap<String, HostPort> ports)
      throws ArtifactException, IOException, InterruptedException {
    List<ArtifactRef> classPath =
        order.template().command() instanceof CommandTemplate.Jvm jvm ? jvm.classPath() : List.of();
    List<ArtifactRef> files = order.template().files();
    fetchAll(classPath, files);

    DurableFiles.makeDirectory(directory.work());
    Map<ArtifactRef, Path> links = new HashMap<>();
    if (!classPath.isEmpty()) {
      DurableFiles.makeDirectory(directory.classPath());
      Set<String> names = new HashSet<>();
      for (ArtifactRef entry : classPath) {
        if (!links.containsKey(entry)) {
          String name = names.add(entry.name()) ? entry.name() : unique(entry);
          Path link = directory.classPath().resolve(name);
          artifacts.link(entry, link);
          links.put(entry, link);
        }
      }
    }
    for (ArtifactRef file : files) {
      artifacts.copy(file, directory.work().resolve(file.name()));
    }
    return LaunchBinder.bind(
        order.template(),
        new LaunchContext(
            order.id(),
            order.deployMode(),
            order.attempt(),
            settings.masters(),
            order.token(),
            order.profile(),
            order.driver(),
            order.cores(),
            settings.listen(),
            settings.advertise(),
            settings.insecure(),
            ports,
            settings.userName(),
            directory.work(),
            links::get,
            target(directory.stdout()),
            target(directory.stderr())));
  }

  private void fetchAll(List<ArtifactRef> classPath, List<ArtifactRef> files)
      throws ArtifactException, IOException, InterruptedException {
    Map<Digest, ArtifactRef> wanted = new HashMap<>();
    classPath.forEach(entry -> wanted.put(entry.digest(), entry));
    files.forEach(file -> wanted.put(file.digest(), file));
    List<CompletableFuture<Path>> under = new ArrayList<>();
    for (ArtifactRef artifact : wanted.values()) {
      under.add(artifacts.request(artifact));
    }
    for (CompletableFuture<Path> download : under) {
      ArtifactCache.await(download);
    }
  }

  /** Two entries of a class path may be called the same. */
  private static String unique(ArtifactRef entry) {
    return entry.digest().hex().substring(0, 12) + "-" + entry.name();
  }

  private LogTarget target(Path file) {
    return new LogTarget(file, settings.logMaxBytes(), settings.logMaxRolled());
  }
}
