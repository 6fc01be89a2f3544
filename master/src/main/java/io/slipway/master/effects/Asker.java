package io.slipway.master.effects;

import io.slipway.master.decide.Request;
import java.util.concurrent.CompletionStage;

/** Asks the loop; {@code ClusterLoop::ask}. */
@FunctionalInterface
public interface Asker {
  /** The reply, or a {@code RequestRefused}; never blocks. */
  <R> CompletionStage<R> ask(Request<R> request);
}
