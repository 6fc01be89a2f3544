package io.slipway.bench.cluster;

import io.slipway.driver.SlipwaySession;
import java.time.Duration;

/** A driver that has executors, has done one task, and waits until it is stopped. */
public final class IdleMain {
  private IdleMain() {}

  /**
   * Prints "idle" when all are there.
   *
   * @param args how many executors
   */
  public static void main(String[] args) throws Exception {
    int executors = Integer.parseInt(args[0]);
    try (SlipwaySession session =
        SlipwaySession.builder().executors(executors).executorMemory("512m").open()) {
      session.awaitExecutors(executors, Duration.ofMinutes(1));
      session.executor().submit(() -> 1).get();
      System.out.println("idle");
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}
