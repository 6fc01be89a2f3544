package io.slipway.driver;

import io.slipway.client.LocalArtifact;
import io.slipway.model.ArtifactRef;
import io.slipway.model.CommandTemplate;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.LaunchTemplate;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.rpc.mapping.TemplateMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes of the profiles that a program declares what masters launch. */
final class ProfileTemplates {
  private ProfileTemplates() {}

  /** As the masters are told. */
  static List<ExecutorProfile> of(List<SessionProfile> profiles, SessionProfile.Common common) {
    List<ExecutorProfile> resolved = new ArrayList<>();
    try {
      for (SessionProfile profile : profiles) {
        List<ArtifactRef> files = new ArrayList<>();
        for (LocalArtifact file : files(profile)) {
          files.add(file.reference());
        }
        resolved.add(profile.resolve(common, files));
      }
    } catch (IOException e) {
      throw new SessionException("a file of a profile can't be read: " + e.getMessage(), e);
    }
    return resolved;
  }

  /** The files that a profile names. */
  static List<LocalArtifact> files(SessionProfile profile) throws IOException {
    List<LocalArtifact> files = new ArrayList<>();
    for (Path file : profile.files()) {
      files.add(LocalArtifact.of(file));
    }
    return files;
  }

  /** What executors beside those that were submitted get: what those get. */
  static SessionProfile.Common common(List<ExecutorProfileSpec> submitted) {
    List<ArtifactRef> classPath = List.of();
    SortedMap<String, String> environment = new TreeMap<>();
    List<ArtifactRef> files = List.of();
    if (!submitted.isEmpty()) {
      LaunchTemplate template =
          TemplateMessages.toModel(submitted.get(0).getTemplate(), "profiles.template");
      environment = template.environment();
      files = template.files();
      if (template.command() instanceof CommandTemplate.Jvm jvm) {
        classPath = jvm.classPath();
      }
    }
    return new SessionProfile.Common(
        classPath.isEmpty() ? classPathHere() : classPath, environment, files);
  }

  /** The class path of this process, which its cluster has already. */
  private static List<ArtifactRef> classPathHere() {
    List<ArtifactRef> references = new ArrayList<>();
    try {
      for (Path entry : RunningClassPath.entries()) {
        if (Files.isRegularFile(entry)) {
          references.add(LocalArtifact.of(entry).reference());
        }
      }
    } catch (IOException e) {
      throw new SessionException("the class path can't be read: " + e.getMessage(), e);
    }
    return references;
  }
}
