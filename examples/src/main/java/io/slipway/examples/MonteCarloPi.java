package io.slipway.examples;

import io.slipway.driver.SlipwaySession;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;

/**
 * Estimates pi: of points drawn at random from a square, the share that lies in its circle is a
 * quarter of pi.
 *
 * <p>Usage: {@code MonteCarloPi [POINTS [TASKS]]}; 100,000,000 points in 20 tasks unless said. The
 * same numbers give the same result, on however many executors.
 */
public final class MonteCarloPi {
  private static final long POINTS = 100_000_000;
  private static final int TASKS = 20;

  private MonteCarloPi() {}

  /** Estimates, and prints the result. */
  public static void main(String[] args) throws Exception {
    long points = args.length > 0 ? Long.parseLong(args[0]) : POINTS;
    int tasks = args.length > 1 ? Integer.parseInt(args[1]) : TASKS;
    if (points < tasks || tasks < 1) {
      System.err.println("usage: MonteCarloPi [POINTS [TASKS]], at least one point a task");
      System.exit(2);
    }
    long each = points / tasks;
    try (SlipwaySession session =
        SlipwaySession.builder().name("monte-carlo-pi").executors(2).open()) {
      List<Future<Long>> results = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        long seed = task;
        results.add(session.executor().submit(() -> inside(seed, each)));
      }
      long inside = 0;
      for (int task = 0; task < tasks; task++) {
        inside += results.get(task).get();
        session.setProgress((task + 1.0) / tasks);
      }
      System.out.printf("pi is about %.6f%n", 4.0 * inside / (each * tasks));
    }
  }

  /** Runs in an executor: how many of so many points lie in the circle. */
  private static long inside(long seed, long points) {
    SplittableRandom random = new SplittableRandom(seed);
    long inside = 0;
    for (long i = 0; i < points; i++) {
      double x = random.nextDouble();
      double y = random.nextDouble();
      if (x * x + y * y < 1) {
        inside++;
      }
    }
    return inside;
  }
}
