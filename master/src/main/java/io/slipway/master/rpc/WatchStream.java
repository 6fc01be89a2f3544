package io.slipway.master.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.loop.Watch;
import io.slipway.master.loop.WatchEvent;
import io.slipway.model.ApplicationId;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Tells the caller of one stream what a {@link Watch} of an application finds, as fast as the
 * caller takes it. What can't be taken in time is dropped by the watch, and a snapshot follows.
 *
 * <p>Subclasses say how events become messages; they are called one at a time. Whatever goes wrong
 * in them ends the stream with an error.
 */
abstract class WatchStream<M> {
  private final ClusterLoop loop;
  private final ApplicationId id;
  private final ServerCallStreamObserver<M> call;
  private final Signal signal;

  // Used within the signal's task alone.
  private boolean ended;

  private volatile Watch watch;
  private volatile boolean cancelled;

  WatchStream(
      ClusterLoop loop, ApplicationId id, ServerCallStreamObserver<M> call, Executor executor) {
    this.loop = loop;
    this.id = id;
    this.call = call;
    this.signal = new Signal(executor, this::tell);
  }

  /** Everything anew. */
  abstract void on(WatchEvent.Snapshot snapshot);

  /** Some rows are others. */
  abstract void on(WatchEvent.Changed changed);

  /**
   * Called after the events that were there, of which there may be none.
   *
   * @throws io.slipway.rpc.Refusal to end the stream with it
   */
  abstract void afterEvents(boolean any);

  /** Begins; {@link #wake} and {@link #close} may have been called before. */
  final void begin() {
    loop.watch(id, this::wake)
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                Replies.error(call, failure);
                return;
              }
              watch = opened;
              if (cancelled) {
                opened.close();
              } else {
                wake();
              }
            });
  }

  /** The other side can take more, or there is more to tell. */
  final void wake() {
    signal.raise();
  }

  /** The other side has gone, or all has been said. */
  final void close() {
    cancelled = true;
    Watch opened = watch;
    if (opened != null) {
      opened.close();
    }
  }

  final boolean isClosed() {
    return cancelled;
  }

  final void send(M message) {
    call.onNext(message);
  }

  /** All has been said. */
  final void complete() {
    ended = true;
    call.onCompleted();
  }

  private void tell() {
    Watch opened = watch;
    if (opened == null || ended || cancelled || !call.isReady()) {
      return;
    }
    try {
      List<WatchEvent> events = opened.drain();
      for (WatchEvent event : events) {
        if (event instanceof WatchEvent.Snapshot snapshot) {
          on(snapshot);
        } else if (event instanceof WatchEvent.Changed changed) {
          on(changed);
        } else if (event instanceof WatchEvent.Closed closed) {
          throw closed.reason();
        }
      }
      afterEvents(!events.isEmpty());
    } catch (RuntimeException e) {
      ended = true;
      Replies.error(call, e);
    }
  }
}
