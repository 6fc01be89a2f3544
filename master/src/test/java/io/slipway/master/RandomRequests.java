package io.slipway.master;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Request;
import io.slipway.master.decide.Request.ExecutionReport;
import io.slipway.master.decide.Request.ListedExecution;
import io.slipway.master.state.Application;
import io.slipway.master.state.ClusterState;
import io.slipway.master.state.Execution;
import io.slipway.master.state.Worker;
import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionState;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.ExitStatus;
import io.slipway.model.LaunchTemplate;
import io.slipway.model.Resources;
import io.slipway.model.StopKind;
import io.slipway.model.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes requests as a cluster's users, drivers and workers would, sensible ones and others. */
public final class RandomRequests {
  private final Random random;
  private final ClusterState state;
  private int submissions;
  private long tables;

  public RandomRequests(Random random, ClusterState state) {
    this.random = random;
    this.state = state;
  }

  public Request<?> next() {
    int dice = random.nextInt(100);
    if (state.workerIds().isEmpty() || dice < 8) {
      return registerWorker();
    }
    if (state.applicationCount() == 0 || dice < 22) {
      return submit();
    }
    if (dice < 60) {
      return report();
    }
    if (dice < 68) {
      return heartbeat();
    }
    Application row = application();
    if (dice < 75) {
      return new Request.RegisterApplication(
          row.id(),
          attempt(row),
          Optional.empty(),
          Optional.empty(),
          random.nextInt(4) == 0 ? profiles() : List.of(),
          random.nextBoolean());
    }
    if (dice < 81) {
      return targets(row);
    }
    if (dice < 84) {
      return release(row);
    }
    if (dice < 90) {
      return new Request.RenewLease(
          row.id(),
          attempt(row),
          random.nextInt(8) == 0 ? "late" : "first",
          random.nextInt(3) == 0);
    }
    if (dice < 94) {
      return finish(row);
    }
    if (dice < 96) {
      return new Request.KillApplication(row.id(), "bob", Optional.empty());
    }
    if (dice < 98) {
      return new Request.DrainWorker(workerId(), random.nextBoolean(), "bob", "", Samples.DIGEST);
    }
    return new Request.ExplainApplication(row.id());
  }

  private Application application() {
    List<Application> all = new ArrayList<>(state.applicationsBySequence().values());
    return all.get(random.nextInt(all.size()));
  }

  private int attempt(Application row) {
    return random.nextInt(20) == 0 ? row.attempt() - 1 : row.attempt();
  }

  private WorkerId workerId() {
    List<WorkerId> all = new ArrayList<>(state.workerIds());
    return all.get(random.nextInt(all.size()));
  }

  private Request<?> registerWorker() {
    int number = random.nextInt(6);
    WorkerId id = new WorkerId("w" + number);
    // What a worker has does not change, so that allocated never exceeds it.
    SortedMap<String, Long> custom = new TreeMap<>();
    if (number % 3 == 0) {
      custom.put("gpu", 1L + number);
    }
    Resources capacity = new Resources(1 + number * 2, (2L + number * 3) * ByteSize.GIB, custom);
    return new Request.RegisterWorker(
        id,
        random.nextInt(3),
        number % 2 == 0 ? Samples.registration(capacity) : Samples.registration(capacity, "docker"),
        listed(id));
  }

  private List<ListedExecution> listed(WorkerId id) {
    List<ListedExecution> list = new ArrayList<>();
    for (Execution row : state.activeOn(id).values()) {
      if (random.nextInt(5) > 0) {
        list.add(
            new ListedExecution(
                row.id(),
                random.nextBoolean() ? ExecutionState.RUNNING : ExecutionState.LAUNCHING,
                Collections.emptySortedMap()));
      }
    }
    return list;
  }

  private Request<?> heartbeat() {
    WorkerId id = workerId();
    Worker row = state.worker(id).orElseThrow();
    return new Request.Heartbeat(
        id,
        random.nextInt(20) == 0 ? row.epoch() - 1 : row.epoch(),
        ByteString.copyFromUtf8("digest" + random.nextInt(3)),
        random.nextInt(3) == 0 ? Optional.of(listed(id)) : Optional.empty());
  }

  private Request<?> submit() {
    submissions++;
    ApplicationSpec spec =
        new ApplicationSpec(
            "random",
            random.nextInt(4) == 0 ? DeployMode.CLIENT : DeployMode.CLUSTER,
            Optional.of(template()),
            profiles(),
            random.nextInt(4) == 0 ? OptionalInt.of(1 + random.nextInt(8)) : OptionalInt.empty(),
            1 + random.nextInt(3),
            random.nextInt(3) - 1,
            Duration.ofSeconds(5 + random.nextInt(100)),
            Duration.ofSeconds(random.nextInt(60)),
            random.nextInt(3) == 0
                ? Optional.of(Duration.ofSeconds(1 + random.nextInt(120)))
                : Optional.empty());
    String id = "r" + (random.nextInt(10) == 0 ? 1 : submissions);
    return new Request.SubmitApplication(
        "ann", id, Samples.digest(id), spec, random.nextBoolean(), Optional.empty());
  }

  private LaunchTemplate template() {
    SortedMap<String, Long> custom = new TreeMap<>();
    if (random.nextInt(8) == 0) {
      custom.put("gpu", 1L);
    }
    LaunchTemplate plain =
        LaunchTemplate.of(
            new CommandTemplate.Program(List.of("run")),
            new Resources(
                1 + random.nextInt(random.nextInt(4) == 0 ? 8 : 3),
                (1 + random.nextInt(3)) * ByteSize.GIB,
                custom));
    return new LaunchTemplate(
        plain.command(),
        plain.environment(),
        plain.secretEnvironment(),
        plain.files(),
        plain.resources(),
        plain.user(),
        plain.ports(),
        random.nextInt(6) == 0 ? Optional.of("docker") : Optional.empty(),
        plain.launcherOptions(),
        plain.grace());
  }

  private List<ExecutorProfile> profiles() {
    List<ExecutorProfile> profiles = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      ExecutorTarget target =
          random.nextInt(5) == 0
              ? ExecutorTarget.AS_MANY_AS_FIT
              : ExecutorTarget.of(random.nextInt(6));
      profiles.add(
          new ExecutorProfile(
              "p" + i,
              template(),
              random.nextInt(4) == 0,
              target,
              random.nextInt(1 + Math.min(3, target.total().orElse(3)))));
    }
    return profiles;
  }

  private Request<?> targets(Application row) {
    SortedMap<String, ExecutorTarget> targets = new TreeMap<>();
    row.profiles().stream()
        .filter(profile -> random.nextBoolean())
        .forEach(profile -> targets.put(profile.name(), ExecutorTarget.of(random.nextInt(6))));
    SortedSet<WorkerId> excluded = new TreeSet<>();
    if (random.nextInt(4) == 0) {
      excluded.add(workerId());
    }
    return new Request.SetExecutorTargets(
        row.id(),
        attempt(row),
        random.nextInt(5) == 0 ? 1 : ++tables,
        targets,
        random.nextInt(5) == 0 ? OptionalInt.of(1 + random.nextInt(9)) : OptionalInt.empty(),
        excluded);
  }

  private Request<?> release(Application row) {
    SortedSet<Integer> numbers = new TreeSet<>();
    for (int i = 0; i < 3; i++) {
      numbers.add(1 + random.nextInt(row.nextExecutor()));
    }
    return new Request.ReleaseExecutors(row.id(), attempt(row), numbers, Optional.empty());
  }

  private Request<?> finish(Application row) {
    return new Request.FinishApplication(
        row.id(),
        attempt(row),
        random.nextBoolean() ? Optional.of(ending()) : Optional.empty(),
        random.nextBoolean() ? Optional.of(Duration.ofSeconds(3)) : Optional.empty(),
        ByteString.EMPTY,
        ByteString.EMPTY);
  }

  private Request<?> report() {
    WorkerId id = workerId();
    Worker worker = state.worker(id).orElseThrow();
    List<ExecutionReport> reports = new ArrayList<>();
    for (Execution row : state.activeOn(id).values()) {
      if (random.nextInt(3) == 0) {
        reports.add(report(row));
      }
    }
    if (random.nextInt(4) == 0 && state.applicationCount() > 0) {
      ApplicationId application = application().id();
      state.executionsOf(application).executors().values().stream()
          .filter(row -> row.worker().filter(id::equals).isPresent())
          .forEach(row -> reports.add(ended(row)));
      state.executionsOf(application).drivers().values().stream()
          .filter(row -> row.worker().filter(id::equals).isPresent())
          .forEach(row -> reports.add(ended(row)));
    }
    return new Request.ReportExecutions(id, worker.epoch(), reports);
  }

  private ExecutionReport report(Execution row) {
    if (row.running().isEmpty() && random.nextInt(5) > 0) {
      return new ExecutionReport.Launched(row.id(), Collections.emptySortedMap());
    }
    return random.nextInt(8) == 0 ? new ExecutionReport.Unknown(row.id()) : ended(row);
  }

  private ExecutionReport ended(Execution row) {
    return new ExecutionReport.Ended(row.id(), ending(), Samples.bytes("o"), ByteString.EMPTY);
  }

  private Ending ending() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> Ending.exited(0);
      case 2 -> Ending.exited(1 + random.nextInt(255));
      case 3 -> Ending.notStarted("no such program");
      case 4 ->
          new Ending(new ExitStatus.Signalled(15), false, Optional.of(StopKind.ASKED), "was asked");
      default -> Ending.of(new ExitStatus.Signalled(9));
    };
  }
}
