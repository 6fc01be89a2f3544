package io.slipway.master.loop;

import io.slipway.master.decide.Request.Cursor;
import io.slipway.master.decide.RequestRefused;
import io.slipway.master.state.Application;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import java.util.List;
import java.util.Optional;

/** What a watcher of an application is told. */
public sealed interface WatchEvent {

  /**
   * Everything, first of all and after any gap; what is not in it is gone.
   *
   * @param executions drivers first, then executors, by number
   * @param workers those that the executions are on
   */
  record Snapshot(
      Cursor cursor, Application application, List<Execution> executions, List<Worker> workers)
      implements WatchEvent {}

  /**
   * Rows that one committed round changed.
   *
   * @param application empty if it did not change
   * @param executions that changed
   * @param workers those that the changed executions are on, and those with active executions of
   *     the application that fell silent, were heard again, or began or ended to drain
   */
  record Changed(
      Cursor cursor,
      Optional<Application> application,
      List<Execution> executions,
      List<Worker> workers)
      implements WatchEvent {}

  /** The last event: the application left the state, or this master does not lead any more. */
  record Closed(RequestRefused reason) implements WatchEvent {}
}
