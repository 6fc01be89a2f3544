package io.slipway.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The events of one application: those that came between two questions are one change. */
final class EventIterator implements CloseableIterator<ApplicationEvent> {
  private final NewestReport reports;
  private final Deque<ApplicationEvent> events = new ArrayDeque<>();
  private Optional<ApplicationReport> told = Optional.empty();

  EventIterator(NewestReport reports) {
    this.reports = reports;
  }

  @Override
  public boolean hasNext() {
    while (events.isEmpty()) {
      Optional<ApplicationReport> report;
      try {
        report = reports.take();
      } catch (InterruptedException e) {
        close();
        throw CloseableIterator.interrupted(e);
      }
      if (report.isEmpty()) {
        return false;
      }
      events.addAll(ApplicationEvent.between(told, report.get()));
      told = report;
    }
    return true;
  }

  @Override
  public ApplicationEvent next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return events.remove();
  }

  @Override
  public void close() {
    reports.close();
  }
}
