package com.example.primes;

import io.slipway.driver.SlipwaySession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Counts the prime numbers below a limit: {@code PrimeCount LIMIT}. */
public final class PrimeCount {
  private static final int TASKS = 8;

  private PrimeCount() {}

  /** Counts, and prints the result. */
  public static void main(String[] args) throws Exception {
    try (SlipwaySession session = SlipwaySession.builder().name("primes").executors(2).open()) {
      System.out.println(below(Long.parseLong(args[0]), session));
    }
  }

  /** What the program does once it has a session; a test gives it one of its own. */
  static long below(long limit, SlipwaySession session)
      throws ExecutionException, InterruptedException {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit of " + limit);
    }
    List<Future<Long>> counts = new ArrayList<>();
    for (int task = 0; task < TASKS; task++) {
      long first = limit * task / TASKS;
      long end = limit * (task + 1) / TASKS;
      counts.add(session.executor().submit(() -> between(first, end)));
    }
    long total = 0;
    for (Future<Long> count : counts) {
      total += count.get();
    }
    return total;
  }

  /** Runs in an executor. */
  private static long between(long first, long end) {
    return LongStream.range(first, end).filter(PrimeCount::isPrime).count();
  }

  private static boolean isPrime(long number) {
    return number > 1
        && LongStream.iterate(2, divisor -> divisor * divisor <= number, divisor -> divisor + 1)
            .allMatch(divisor -> number % divisor != 0);
  }
}
