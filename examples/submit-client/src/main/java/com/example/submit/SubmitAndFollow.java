package com.example.submit;

import io.slipway.client.ApplicationEvent;
import io.slipway.client.ApplicationHandle;
import io.slipway.client.ApplicationReport;
import io.slipway.client.SlipwayClient;
import io.slipway.client.Specification;
import io.slipway.model.ExitStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Submits an application, shows what becomes of it and what its driver prints, and ends with the
 * driver's own exit code: {@code SubmitAndFollow H:P[,H:P...] MAIN_CLASS APP.jar [ARGS...]}.
 */
public final class SubmitAndFollow {
  private SubmitAndFollow() {}

  /** Submits. */
  public static void main(String[] args) throws Exception {
    Specification application =
        Specification.jvm(args[1], List.of(Path.of(args[2])))
            .arguments(List.of(args).subList(3, args.length))
            .executors(2)
            .build();
    ApplicationReport end;
    try (SlipwayClient client = SlipwayClient.connect(args[0])) {
      ApplicationHandle running = client.submit(application);
      System.out.println("submitted " + running.id());
      CompletableFuture<Void> output = CompletableFuture.runAsync(() -> showOutput(running));
      try (Stream<ApplicationEvent> events = running.events()) {
        events.forEach(SubmitAndFollow::show);
      }
      output.join();
      end = running.await();
    }
    System.exit(exitCode(end));
  }

  private static void showOutput(ApplicationHandle running) {
    try (Stream<String> lines = running.driverLines()) {
      lines.forEach(line -> System.out.println("driver: " + line));
    }
  }

  private static void show(ApplicationEvent event) {
    ApplicationReport now = event.application();
    if (event instanceof ApplicationEvent.StateChanged) {
      System.out.println("state " + now.state() + " " + now.reason());
    } else if (event instanceof ApplicationEvent.ExecutorsChanged) {
      System.out.println(now.executorsRunning() + " of " + now.executorsWanted() + " executors");
    } else if (event instanceof ApplicationEvent.ProgressChanged) {
      now.progress().ifPresent(part -> System.out.printf("%.0f %%%n", 100 * part));
    }
  }

  /** The driver's own; 128 + n for signal n; 125 if it has none. */
  private static int exitCode(ApplicationReport end) {
    ExitStatus status = end.ending().map(ending -> ending.status()).orElse(null);
    if (status instanceof ExitStatus.Exited exited) {
      return exited.code();
    }
    return status instanceof ExitStatus.Signalled signalled ? 128 + signalled.number() : 125;
  }
}
