package io.slipway.master.scheduling;

import io.slipway.master.state.Worker;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import java.util.Optional;

/**
 * What one unit needs of a worker.
 *
 * @param unit resources, whole
 * @param launcher that the worker must have; empty for its default
 */
record Shape(Resources unit, Optional<String> launcher) {
  static Shape of(LaunchTemplate template) {
    return new Shape(template.resources(), template.launcher());
  }

  /** Whether a worker could take a unit if it had nothing else to do. */
  boolean possibleOn(Worker worker) {
    return (launcher.isEmpty() || worker.registration().launchers().contains(launcher.get()))
        && worker.registration().capacity().fits(unit);
  }
}
