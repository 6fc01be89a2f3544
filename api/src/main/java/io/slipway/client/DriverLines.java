package io.slipway.client;

import io.slipway.model.ApplicationState;
import java.util.NoSuchElementException;
import java.util.Optional;

/** What the first driver attempt writes, from before it has been started to its end. */
final class DriverLines implements CloseableIterator<String> {
  private final NewestReport reports;
  private final LogLines lines;
  private boolean started;

  DriverLines(NewestReport reports, LogLines lines) {
    this.reports = reports;
    this.lines = lines;
  }

  @Override
  public boolean hasNext() {
    try {
      return awaitStart() && lines.hasNext();
    } catch (InterruptedException e) {
      close();
      throw CloseableIterator.interrupted(e);
    } catch (SlipwayException e) {
      if (started && e.kind() == SlipwayException.Kind.UNKNOWN_ID) {
        return false; // one that never ran has written nothing
      }
      throw e;
    }
  }

  private boolean awaitStart() throws InterruptedException {
    while (!started) {
      Optional<ApplicationReport> report = reports.take();
      if (report.isEmpty()) {
        return false;
      }
      ApplicationState state = report.get().state();
      started = state != ApplicationState.QUEUED && state != ApplicationState.STARTING;
    }
    reports.close();
    return true;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return lines.next();
  }

  @Override
  public void close() {
    reports.close();
    lines.close();
  }
}
