package io.slipway.driver;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * The results of a function for elements that are taken only as results are read. For one thread.
 */
final class MappedResults<T, R> implements Iterator<R>, AutoCloseable {
  /** Results between two looks at how many cores there are. */
  private static final int LOOK_AGAIN = 64;

  private final Iterator<? extends T> elements;
  private final Function<T, TaskFuture<R>> submit;
  private final IntSupplier cores;
  private final ResultWindow window = new ResultWindow();
  private final boolean inOrder;
  private final Set<TaskFuture<R>> underWay = new LinkedHashSet<>();
  private final BlockingQueue<TaskFuture<R>> done = new LinkedBlockingQueue<>();
  private int coresNow;
  private int untilLook;
  private boolean closed;

  /**
   * Makes it; nothing is taken or submitted before the first question.
   *
   * @param submit hands in the task of one element
   * @param cores how many cores the executors have now
   */
  MappedResults(
      Iterator<? extends T> elements,
      Function<T, TaskFuture<R>> submit,
      IntSupplier cores,
      ResultOrder order) {
    this.elements = elements;
    this.submit = submit;
    this.cores = cores;
    this.inOrder =
        switch (order) {
          case AS_GIVEN -> true;
          case AS_COMPLETED -> false;
        };
  }

  @Override
  public boolean hasNext() {
    boolean filled = false;
    try {
      fill();
      filled = true;
    } finally {
      if (!filled) {
        close(); // the elements, or the handing in, failed
      }
    }
    return underWay.size() > 0;
  }

  private void fill() {
    if (closed) {
      return;
    }
    if (--untilLook < 0) {
      untilLook = LOOK_AGAIN;
      coresNow = cores.getAsInt();
    }
    int limit = window.limit(coresNow);
    while (underWay.size() < limit && elements.hasNext()) {
      TaskFuture<R> task = submit.apply(elements.next());
      underWay.add(task);
      if (!inOrder) {
        task.whenDone(() -> done.add(task));
      }
    }
  }

  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    boolean read = false;
    try {
      TaskFuture<R> task = inOrder ? underWay.iterator().next() : done.take();
      R result = task.get();
      underWay.remove(task);
      window.took(task.bytes());
      read = true;
      return result;
    } catch (ExecutionException e) {
      throw new TaskFailedException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted");
      cancelled.initCause(e);
      throw cancelled;
    } finally {
      if (!read) {
        close();
      }
    }
  }

  /** Cancels what is under way. */
  @Override
  public void close() {
    closed = true;
    underWay.forEach(task -> task.cancel(true));
    underWay.clear();
  }
}
