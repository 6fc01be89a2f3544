package io.slipway.cli;

import io.slipway.client.ApplicationDetails;
import io.slipway.client.ExecutionReport;
import io.slipway.client.LogQuery;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What all processes of an application have written, line by line. */
final class ApplicationLogs {
  private static final int MOST_FOLLOWED = 200;

  private final SlipwayClient client;
  private final Function<ExecutionId, LogQuery> query;
  private final Optional<Instant> since;
  private final PrefixedLines lines;
  private final Console console;

  /**
   * The logs of one application.
   *
   * @param query what to read of each execution
   * @param since without executions that ended before
   * @param lines where they go
   */
  ApplicationLogs(
      SlipwayClient client,
      Function<ExecutionId, LogQuery> query,
      Optional<Instant> since,
      PrefixedLines lines,
      Console console) {
    this.client = client;
    this.query = query;
    this.since = since;
    this.lines = lines;
    this.console = console;
  }

  /** Shows what there is, one process after the other. */
  void show(ApplicationDetails details) throws IOException {
    List<ExecutionReport> written = details.executions().stream().filter(this::hasWritten).toList();
    if (written.isEmpty()) {
      console.note(
          details.application().id()
              + " has run nothing whose output is kept; 'slipway status "
              + details.application().id()
              + "' tells about it");
    }
    for (ExecutionReport execution : written) {
      copy(execution.id());
    }
  }

  /** Shows what all processes write, until the application has ended and all is shown. */
  void follow(ApplicationDetails now) throws IOException, InterruptedException {
    if (now.application().state().isFinal()) {
      show(now);
      return;
    }
    Followers followers = new Followers();
    followers.begin(now);
    String id = now.application().id().value();
    try {
      client.watch(
          id,
          report -> {
            try {
              followers.begin(client.get(id));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      followers.begin(client.get(id));
      followers.finish();
    } catch (InterruptedException e) {
      followers.rethrow();
      throw e;
    }
  }

  private boolean hasWritten(ExecutionReport execution) {
    boolean started =
        switch (execution.state()) {
          case PENDING, LAUNCHING -> false;
          case RUNNING, STOPPING -> true;
          case ENDED ->
              execution
                  .ending()
                  .map(ending -> !(ending.status() instanceof ExitStatus.NotStarted))
                  .orElse(true);
        };
    // The output of a client-mode driver, which has no worker, went to whoever submitted it.
    return started
        && execution.worker().isPresent()
        && !(execution.state() == ExecutionState.ENDED
            && since.isPresent()
            && execution.endTime().map(end -> end.isBefore(since.get())).orElse(false));
  }

  private void copy(ExecutionId id) throws IOException {
    String name = id.kind().letter() + Integer.toString(id.number());
    try (InputStream log = client.readLog(query.apply(id))) {
      lines.copy(name, log);
    } catch (LogsCommand.ReaderGoneException e) {
      throw e;
    } catch (IOException e) {
      if (!(e.getCause() instanceof SlipwayException refusal)) {
        throw e;
      }
      // The others' can be shown all the same.
      console.note(name + ": its output can't be shown: " + refusal.getMessage());
    }
  }

  /** A thread for each execution. */
  private final class Followers {
    private final Map<ExecutionId, Thread> threads = new HashMap<>();
    private final AtomicReference<IOException> failure = new AtomicReference<>();
    private final Thread owner = Thread.currentThread();

    void begin(ApplicationDetails details) {
      for (ExecutionReport execution : details.executions()) {
        if (hasWritten(execution) && !threads.containsKey(execution.id())) {
          if (threads.values().stream().filter(Thread::isAlive).count() >= MOST_FOLLOWED) {
            throw CommandFailedException.failed(
                "more than "
                    + MOST_FOLLOWED
                    + " processes can't be followed at once; give --driver or --executor N");
          }
          Thread thread = new Thread(() -> run(execution.id()), "logs " + execution.id());
          thread.setDaemon(true);
          threads.put(execution.id(), thread);
          thread.start();
        }
      }
    }

    private void run(ExecutionId id) {
      try {
        copy(id);
      } catch (IOException e) {
        if (failure.compareAndSet(null, e)) {
          owner.interrupt();
        }
      }
    }

    void finish() throws IOException, InterruptedException {
      for (Thread thread : threads.values()) {
        thread.join();
      }
      rethrow();
    }

    void rethrow() throws IOException {
      if (failure.get() != null) {
        throw failure.get();
      }
    }
  }
}
