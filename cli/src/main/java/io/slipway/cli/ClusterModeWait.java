package io.slipway.cli;

import io.slipway.client.ApplicationReport;
import io.slipway.client.LogQuery;
import io.slipway.client.SlipwayClient;
import io.slipway.client.SlipwayException;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What {@code submit} does after it has handed in a cluster-mode application. */
final class ClusterModeWait {
  /** How long nothing may arrive of the output that is left at the application's end. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private static final long POLL_MILLIS = 500;

  private final SlipwayClient client;
  private final ApplicationId id;
  private final Console console;
  private final boolean json;
  private final List<Thread> followers = new ArrayList<>();
  private volatile long lastHeardNanos;
  private final AtomicInteger writing = new AtomicInteger();
  private int followedAttempts;

  ClusterModeWait(SlipwayClient client, ApplicationId id, Console console, boolean json) {
    this.client = client;
    this.id = id;
    this.console = console;
    this.json = json;
  }

  /**
   * Prints the id, and waits if that is wanted.
   *
   * @return the exit code
   */
  int run(boolean wait, boolean follow) throws InterruptedException {
    boolean waits = wait || follow;
    if (!json) {
      console.out().println(id);
    } else if (!waits) {
      console.out().println(Json.text(Json.single("applicationId", id.value())));
    }
    console.out().flush();
    if (!waits) {
      return ExitCodes.OK;
    }
    TerminalSignals.handle(this::leave);
    ApplicationReport report =
        client.watch(
            id.value(),
            now -> {
              tellWhatItWaitsFor(now);
              if (follow) {
                follow(now);
              }
            });
    awaitRestOfOutput();
    if (json) {
      console.out().println(Json.text(Json.application(report)));
    }
    if (report.state() != ApplicationState.SUCCEEDED) {
      console.note(Views.summary(report));
    }
    return Outcome.exitCode(report);
  }

  private void tellWhatItWaitsFor(ApplicationReport now) {
    if (now.state() == ApplicationState.QUEUED
        && !now.reason().isEmpty()
        && Terminal.onStandardError()) {
      console.note(id + " waits: " + now.reason());
    }
  }

  private void leave(int signal) {
    console.note(
        id
            + " runs on; 'slipway status "
            + id
            + "' shows its state, 'slipway kill "
            + id
            + "' ends it");
    console.out().flush();
    System.exit(ExitCodes.SIGNAL_BASE + signal);
  }

  private void follow(ApplicationReport now) {
    boolean started =
        now.state() != ApplicationState.QUEUED && now.state() != ApplicationState.STARTING;
    while (started && followedAttempts < now.attempt()) {
      followedAttempts++;
      LogQuery query = LogQuery.of(id.driver(followedAttempts)).following();
      followers.add(start(query, FileDescriptor.out, "stdout"));
      followers.add(start(query.ofStandardError(), FileDescriptor.err, "stderr"));
    }
  }

  private Thread start(LogQuery query, FileDescriptor to, String name) {
    Thread thread = new Thread(() -> copy(query, new FileOutputStream(to)), "follow-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void copy(LogQuery query, OutputStream to) {
    try (InputStream log = client.readLog(query)) {
      LogsCommand.copy(log, new Heard(to));
    } catch (LogsCommand.ReaderGoneException e) {
      // As a JVM does with its own output: the rest is thrown away.
    } catch (IOException e) {
      // A driver that never ran has written nothing.
      if (!(e.getCause() instanceof SlipwayException refusal
          && refusal.kind() == SlipwayException.Kind.UNKNOWN_ID)) {
        console.note(
            "the rest of the output of " + query.execution() + " is missing: " + Reasons.of(e));
      }
    }
  }

  /** Notes when output comes, and whether whoever reads it holds it up. */
  private final class Heard extends FilterOutputStream {
    Heard(OutputStream to) {
      super(to);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      writing.incrementAndGet();
      try {
        out.write(bytes, from, count);
      } finally {
        lastHeardNanos = System.nanoTime();
        writing.decrementAndGet();
      }
    }
  }

  /** However much it is, and however slowly it is read; but not for ever if nothing comes. */
  private void awaitRestOfOutput() throws InterruptedException {
    lastHeardNanos = System.nanoTime();
    for (Thread follower : followers) {
      while (follower.isAlive()) {
        follower.join(POLL_MILLIS);
        if (writing.get() == 0 && System.nanoTime() - lastHeardNanos > SILENCE.toNanos()) {
          console.note(
              "the rest of the driver's output can't be reached now; see 'slipway logs "
                  + id
                  + "'");
          return;
        }
      }
    }
  }
}
