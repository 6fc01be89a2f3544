package io.slipway.bench;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Deliberation;
import io.slipway.master.decide.Request;
import io.slipway.master.liveness.Liveness;
import io.slipway.master.scheduling.Scheduler;
import io.slipway.master.state.ClusterSettings;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Fact;
import io.slipway.master.state.Moment;
import io.slipway.master.state.Round;
import io.slipway.master.state.WorkerRegistration;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
import io.slipway.model.Ending;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.WorkerId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/** The kernel of a master over a cluster of equal workers, without journal, loop and threads. */
final class BenchCluster {
  static final int CORES = 16;

  private final ClusterState state = new ClusterState();
  private final Scheduler scheduler = new Scheduler(state);
  private final Liveness liveness = new Liveness();
  private long millis;
  private int submitted;

  BenchCluster(int workers) {
    Deliberation first = begin();
    first.accept(
        new Fact.Leading(
            "cluster-bench",
            ByteString.copyFromUtf8("key"),
            Round.FEATURE_LEVEL,
            ClusterSettings.DEFAULT,
            0));
    commit(first);
    for (int i = 0; i < workers; i++) {
      ask(
          new Request.RegisterWorker(
              new WorkerId(String.format("worker-%05d", i)),
              0,
              new WorkerRegistration(
                  new HostPort("10.0.0.1", 7078),
                  new Resources(CORES, 64 * ByteSize.GIB),
                  new TreeMap<>(),
                  new TreeSet<>(List.of("process")),
                  "process",
                  "1"),
              List.of()));
    }
  }

  ClusterState state() {
    return state;
  }

  private Deliberation begin() {
    millis++;
    return new Deliberation(
        state,
        scheduler,
        liveness,
        1,
        new Moment(millis, 1_795_000_000_000L + millis),
        1,
        millis * 1_000_000);
  }

  private boolean commit(Deliberation round) {
    boolean any = round.conclude().isPresent();
    if (any) {
      state.forgetUndo();
    } else {
      state.undo();
    }
    return round.more();
  }

  /** One round for one request, and as many more as are due. */
  void ask(Request<?> request) {
    Deliberation round = begin();
    round.handle(request);
    boolean more = commit(round);
    while (more) {
      Deliberation next = begin();
      next.goOn();
      more = commit(next);
    }
  }

  /** A client-mode application that wants so many executors of a core; they are placed at once. */
  ApplicationId run(int executors) {
    LaunchTemplate template =
        LaunchTemplate.of(
            new CommandTemplate.Program(List.of("run")), new Resources(1, ByteSize.GIB));
    ApplicationSpec spec =
        new ApplicationSpec(
            "bench",
            DeployMode.CLIENT,
            Optional.empty(),
            List.of(
                new ExecutorProfile(
                    ExecutorProfile.DEFAULT_NAME,
                    template,
                    false,
                    ExecutorTarget.of(executors),
                    0)),
            OptionalInt.empty(),
            1,
            0,
            ApplicationSpec.DEFAULT_LOST_AFTER,
            ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
    String name = "r" + ++submitted;
    ask(
        new Request.SubmitApplication(
            "bench",
            name,
            Digest.of(name.getBytes(StandardCharsets.UTF_8)),
            spec,
            false,
            Optional.empty()));
    ApplicationId id = state.applicationsBySequence().lastEntry().getValue().id();
    ask(new Request.RenewLease(id, 1, "bench", false));
    return id;
  }

  /** An executor ends; what takes its place is decided in the same round. */
  void end(Execution executor) {
    ask(
        new Request.ReportExecutions(
            executor.worker().orElseThrow(),
            1,
            List.of(
                new Request.ExecutionReport.Ended(
                    executor.id(), Ending.exited(0), ByteString.EMPTY, ByteString.EMPTY))));
  }
}
