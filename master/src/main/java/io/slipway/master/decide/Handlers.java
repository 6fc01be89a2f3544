package io.slipway.master.decide;

import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.ClusterState;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Finds the handler of a request. */
final class Handlers {
  /** Turns a request into facts and a reply. */
  @FunctionalInterface
  interface Handler<R, Q extends Request<R>> {
    /** The maker of the reply, called when all is decided; or throws {@link RequestRefused}. */
    Supplier<R> handle(Q request);
  }

  private final Map<Class<?>, Handler<?, ?>> byType = new HashMap<>();

  Handlers(Deliberation round, ClusterState state, Scheduler scheduler, Liveness liveness) {
    new ClientHandlers(round, state, scheduler).register(this);
    new DriverHandlers(round, state, liveness).register(this);
    new WorkerHandlers(round, state, liveness).register(this);
    new OperatorHandlers(round, state, scheduler).register(this);
  }

  <R, Q extends Request<R>> void add(Class<Q> type, Handler<R, Q> handler) {
    byType.put(type, handler);
  }

  @SuppressWarnings("unchecked") // add() binds both types
  <R> Supplier<R> handle(Request<R> request) {
    Handler<R, Request<R>> handler = (Handler<R, Request<R>>) byType.get(request.getClass());
    return handler.handle(request);
  }
}
