package io.slipway.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/** The output of an execution, line by line. */
final class LogLines implements CloseableIterator<String> {
  private final Supplier<InputStream> source;
  private InputStream log;
  private boolean closed;

  // Of the reading thread.
  private BufferedReader reader;
  private String next;

  LogLines(Supplier<InputStream> source) {
    this.source = source;
  }

  @Override
  public boolean hasNext() {
    try {
      if (next == null && open()) {
        next = reader.readLine();
      }
      return next != null;
    } catch (InterruptedIOException e) {
      throw CloseableIterator.interrupted(e);
    } catch (IOException e) {
      if (e.getCause() instanceof RuntimeException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("a stream of ours has failed by itself", e);
    }
  }

  private synchronized boolean open() {
    if (!closed && log == null) {
      log = source.get();
      reader = new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8));
    }
    return !closed;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String line = next;
    next = null;
    return line;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (log != null) {
      try {
        log.close();
      } catch (IOException e) {
        throw new IllegalStateException("a stream of ours can't be closed", e);
      }
    }
  }
}
