package io.slipway.bench;

import io.slipway.master.state.Execution;
import io.slipway.model.ApplicationId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** The master's kernel: how many decisions a second, and what one more event costs. */
public class KernelBench {
  private static final int PLACEMENTS = 10_000;

  /** A cluster with room: a new one for each measurement. */
  @State(Scope.Benchmark)
  public static class Empty {
    /** How many workers. */
    @Param({"1000", "10000"})
    public int workers;

    private BenchCluster cluster;

    /** Makes it. */
    @Setup(Level.Invocation)
    public void prepare() {
      cluster = new BenchCluster(workers);
    }
  }

  /** A cluster on which every core is taken, and more is wanted. */
  @State(Scope.Benchmark)
  public static class Full {
    /** How many workers. */
    @Param({"1000", "10000"})
    public int workers;

    private final Random random = new Random(1);
    private final List<ApplicationId> applications = new ArrayList<>();
    private BenchCluster cluster;

    /** Makes it: applications of a thousand executors, and ten of them wait for room. */
    @Setup(Level.Trial)
    public void prepare() {
      cluster = new BenchCluster(workers);
      applications.clear();
      for (int i = 0; i < workers * BenchCluster.CORES / 1000 + 10; i++) {
        applications.add(cluster.run(1000));
      }
    }

    /** Any executor that is active. */
    Execution any() {
      while (true) {
        ApplicationId id = applications.get(random.nextInt(applications.size()));
        Map.Entry<Integer, Execution> found =
            cluster
                .state()
                .executionsOf(id)
                .executors()
                .ceilingEntry(
                    1
                        + random.nextInt(
                            cluster.state().application(id).orElseThrow().nextExecutor()));
        if (found != null && found.getValue().active()) {
          return found.getValue();
        }
      }
    }
  }

  /** Placements a second, those of one large application: decided, applied and encoded. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  @OperationsPerInvocation(PLACEMENTS)
  @Warmup(iterations = 15)
  @Measurement(iterations = 15)
  @Fork(1)
  public int placements(Empty empty) {
    return empty.cluster.state().executionsOf(empty.cluster.run(PLACEMENTS)).activeExecutors();
  }

  /** One event on the full cluster: an executor ends, and the next that waits takes its place. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.SECONDS)
  @Warmup(iterations = 5, time = 2)
  @Measurement(iterations = 5, time = 2)
  @Fork(1)
  public void endAndReplace(Full full) {
    full.cluster.end(full.any());
  }

  /** Runs the benchmarks; takes the options of JMH. */
  public static void main(String[] args) throws RunnerException, CommandLineOptionException {
    new Runner(
            new OptionsBuilder()
                .parent(new CommandLineOptions(args))
                .include(KernelBench.class.getSimpleName())
                .build())
        .run();
  }
}
