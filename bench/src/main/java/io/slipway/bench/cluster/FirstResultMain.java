package io.slipway.bench.cluster;

import io.slipway.driver.SlipwaySession;
import java.time.Duration;

/** A program that wants executors, says when they are there, and has one task done. */
public final class FirstResultMain {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private FirstResultMain() {}

  /**
   * Prints a line when the executors have registered, and another one with the first result.
   *
   * @param args how many executors
   */
  public static void main(String[] args) throws Exception {
    int executors = Integer.parseInt(args[0]);
    try (SlipwaySession session =
        SlipwaySession.builder()
            .name("first-result")
            .executors(executors)
            .executorMemory("512m")
            .open()) {
      if (!session.awaitExecutors(executors, PATIENCE)) {
        throw new IllegalStateException("executors did not come");
      }
      System.out.println("registered");
      System.out.println("result " + session.executor().submit(() -> 42).get());
    }
  }
}
