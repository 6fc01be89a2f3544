package io.slipway.driver;

import io.slipway.executor.RunningExecutor;
import io.slipway.model.SlipwayEnvironment;
import io.slipway.proto.common.v1.ExecutorCount;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A master, a session as a worker would have launched its driver, and executors for it. */
final class SessionBed implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FakeMaster master = new FakeMaster();
  private final List<RunningExecutor> executors = new ArrayList<>();
  private final SlipwaySession session;

  /** With executors that were submitted. */
  SessionBed() throws InterruptedException {
    this(
        List.of(
            ExecutorProfileSpec.newBuilder()
                .setName("default")
                .setTarget(ExecutorCount.newBuilder().setTotal(2))
                .build()));
  }

  SessionBed(List<ExecutorProfileSpec> submitted) throws InterruptedException {
    this(submitted, builder -> builder);
  }

  SessionBed(List<ExecutorProfileSpec> submitted, UnaryOperator<SessionBuilder> more)
      throws InterruptedException {
    master.profiles(submitted);
    session =
        more.apply(SlipwaySession.builder().environment(environment(master)).executors(2)).open();
  }

  static Map<String, String> environment(FakeMaster master) {
    return Map.of(
        SlipwayEnvironment.MASTERS,
        master.address().toString(),
        SlipwayEnvironment.APPLICATION_ID,
        FakeMaster.APPLICATION.value(),
        SlipwayEnvironment.ATTEMPT,
        "1",
        SlipwayEnvironment.EXECUTION_ID,
        FakeMaster.APPLICATION.driver(1).toString(),
        SlipwayEnvironment.TOKEN,
        master.token(),
        SlipwayEnvironment.DEPLOY_MODE,
        "cluster",
        SlipwayEnvironment.LISTEN,
        "127.0.0.1:0",
        SlipwayEnvironment.ADVERTISE,
        "127.0.0.1:0");
  }

  FakeMaster master() {
    return master;
  }

  SlipwaySession session() {
    return session;
  }

  SlipwayExecutor executor() {
    return session.executor();
  }

  /** Starts an executor of the next number, and waits until it is there. */
  RunningExecutor startExecutor(int cores) throws InterruptedException {
    int before = session.executor().connectedExecutors();
    RunningExecutor executor = start(executors.size() + 1, cores);
    if (!session.awaitExecutors(before + 1, PATIENCE)) {
      throw new AssertionError("the executor did not come");
    }
    return executor;
  }

  /** Starts an executor of a number. */
  RunningExecutor start(int number, int cores) {
    return start(number, "default", cores);
  }

  /** Starts an executor of a number and a profile. */
  RunningExecutor start(int number, String profile, int cores) {
    RunningExecutor executor =
        RunningExecutor.start(
            FakeMaster.APPLICATION,
            number,
            profile,
            cores,
            master.address(),
            master.token(),
            master.driverAddress(),
            PATIENCE);
    executors.add(executor);
    return executor;
  }

  /** Cuts off the executor that was started so many-th, from 1. */
  void killExecutor(int which) {
    executors.get(which - 1).kill();
  }

  @Override
  public void close() {
    session.close();
    executors.forEach(RunningExecutor::close);
    master.close();
  }
}
