package io.slipway.bench.launcher;

import io.slipway.launcher.Command;
import io.slipway.launcher.LauncherProvider;
import io.slipway.launcher.testing.ContractBed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures what a launch costs, from the call of {@code launch} to the told exit of a program that
 * does nothing, beside the same program started without a launcher, in turn and in the same run:
 * {@code java.lang.Process} for {@code process}, the engine's own {@code docker run} of the same
 * image for {@code docker}. Launchers are found on the class path. Prints a table; asserts nothing.
 */
public final class LauncherFigures {
  private static final int WARM_UP = 3;
  private static final int AT_ONCE = 20;
  private static final List<String> NOTHING = List.of("/bin/true");

  private final int runs;

  private LauncherFigures(int runs) {
    this.runs = runs;
  }

  /**
   * Measures.
   *
   * @param args an image of the engine's with a program {@code true}, or an empty word without an
   *     engine, and how often each thing is measured (11 if it is not given)
   */
  public static void main(String[] args) throws Exception {
    LauncherFigures figures = new LauncherFigures(args.length > 1 ? Integer.parseInt(args[1]) : 11);
    System.out.printf(
        "%-34s %10s %19s %10s %19s %7s%n",
        "milliseconds", "launcher", "spread", "bare", "spread", "ratio");
    for (LauncherProvider provider : ServiceLoader.load(LauncherProvider.class)) {
      SortedMap<String, String> settings = new TreeMap<>();
      List<String> bare = NOTHING;
      if (provider.name().equals("docker")) {
        if (args[0].isEmpty()) {
          continue;
        }
        settings.put("image", args[0]);
        bare =
            List.of(
                "docker", "run", "--rm", "--init", "--network", "host", args[0], NOTHING.get(0));
      } else if (!provider.name().equals("process")) {
        continue;
      }
      figures.measure(provider, settings, bare);
    }
    System.exit(0);
  }

  private void measure(
      LauncherProvider provider, SortedMap<String, String> settings, List<String> bare)
      throws Exception {
    try (ContractBed bed = new ContractBed(provider, settings, new TreeMap<>())) {
      Callable<Void> launch =
          () -> {
            ContractBed.await(bed.launch(bed.execution(), new Command.Program(NOTHING)));
            return null;
          };
      Callable<Void> plain =
          () -> {
            int code =
                new ProcessBuilder(bare)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0) {
              throw new IllegalStateException(bare + " ended with " + code);
            }
            return null;
          };
      report(provider.name() + ": one", launch, plain);
      report(
          provider.name() + ": " + AT_ONCE + " at once",
          () -> together(launch),
          () -> together(plain));
    }
  }

  private static Void together(Callable<Void> one) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        all.add(one);
      }
      for (Future<Void> each : threads.invokeAll(all)) {
        each.get();
      }
      return null;
    } finally {
      threads.shutdown();
    }
  }

  private void report(String what, Callable<Void> launch, Callable<Void> plain) throws Exception {
    double[] ours = new double[runs];
    double[] bare = new double[runs];
    for (int i = -WARM_UP; i < runs; i++) {
      double one = millis(launch);
      double other = millis(plain);
      if (i >= 0) {
        ours[i] = one;
        bare[i] = other;
      }
    }
    Arrays.sort(ours);
    Arrays.sort(bare);
    System.out.printf(
        Locale.ROOT,
        "%-34s %10.1f %19s %10.1f %19s %6.2fx%n",
        what,
        ours[runs / 2],
        spread(ours),
        bare[runs / 2],
        spread(bare),
        ours[runs / 2] / bare[runs / 2]);
  }

  private static String spread(double[] sorted) {
    return String.format(Locale.ROOT, "%.1f to %.1f", sorted[0], sorted[sorted.length - 1]);
  }

  private static double millis(Callable<Void> what) throws Exception {
    long begin = System.nanoTime();
    what.call();
    return (System.nanoTime() - begin) / 1e6;
  }
}
