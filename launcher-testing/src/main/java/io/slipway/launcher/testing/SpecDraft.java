package io.slipway.launcher.testing;

import io.slipway.launcher.LaunchSpec;
import io.slipway.launcher.LogTarget;
import io.slipway.launcher.Mount;
import io.slipway.model.HostPort;
import io.slipway.model.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The usual spec, of which a test changes something. */
final class SpecDraft {
  private final LaunchSpec usual;
  final SortedMap<String, String> environment;
  final SortedMap<String, HostPort> ports;
  final SortedMap<String, String> options;
  final List<Mount> mounts;
  Optional<String> user;
  Resources resources;
  LogTarget stdout;

  SpecDraft(LaunchSpec usual) {
    this.usual = usual;
    this.environment = new TreeMap<>(usual.environment());
    this.ports = new TreeMap<>(usual.ports());
    this.options = new TreeMap<>(usual.options());
    this.mounts = new ArrayList<>(usual.mounts());
    this.user = usual.user();
    this.resources = usual.resources();
    this.stdout = usual.stdout();
  }

  LaunchSpec spec() {
    return new LaunchSpec(
        usual.executionId(),
        usual.command(),
        environment,
        usual.workDirectory(),
        resources,
        user,
        ports,
        mounts,
        options,
        stdout,
        usual.stderr());
  }
}
