package io.slipway.client;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Elements that come from a cluster: asks for nothing before the first question. */
interface CloseableIterator<T> extends Iterator<T>, AutoCloseable {
  /** Ends it; from any thread, also while another one waits for an element. Idempotent. */
  @Override
  void close();

  /** The same as a stream. */
  default Stream<T> stream() {
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(this::close);
  }

  /** What a method that can't throw {@link InterruptedException} throws instead. */
  static CancellationException interrupted(Exception cause) {
    Thread.currentThread().interrupt();
    CancellationException cancelled = new CancellationException("interrupted");
    cancelled.initCause(cause);
    return cancelled;
  }
}
