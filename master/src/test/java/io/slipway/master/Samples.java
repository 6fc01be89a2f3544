package io.slipway.master;

import com.google.protobuf.ByteString;
import io.slipway.master.decide.Request;
import io.slipway.master.state.WorkerRegistration;
import io.slipway.model.ApplicationSpec;
import io.slipway.model.ByteSize;
import io.slipway.model.CommandTemplate;
import io.slipway.model.DeployMode;
import io.slipway.model.Digest;
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

/** Values that tests use. */
public final class Samples {
  public static final Digest DIGEST = digest("body");

  private Samples() {}

  public static Digest digest(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  public static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  public static LaunchTemplate template(int cores) {
    return LaunchTemplate.of(
        new CommandTemplate.Program(List.of("/bin/true")), new Resources(cores, ByteSize.GIB));
  }

  public static ExecutorProfile profile(int cores, int target, int minimum) {
    return new ExecutorProfile(
        ExecutorProfile.DEFAULT_NAME, template(cores), false, ExecutorTarget.of(target), minimum);
  }

  public static ExecutorProfile allCores(ExecutorTarget target) {
    return new ExecutorProfile(ExecutorProfile.DEFAULT_NAME, template(1), true, target, 0);
  }

  public static ApplicationSpec cluster(ExecutorProfile... profiles) {
    return cluster(1, 0, OptionalInt.empty(), profiles);
  }

  public static ApplicationSpec cluster(
      int attempts, int priority, OptionalInt maxCores, ExecutorProfile... profiles) {
    return new ApplicationSpec(
        "sample",
        DeployMode.CLUSTER,
        Optional.of(template(1)),
        List.of(profiles),
        maxCores,
        attempts,
        priority,
        ApplicationSpec.DEFAULT_LOST_AFTER,
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
  }

  /** A cluster-mode application whose driver asks for a launcher. */
  public static ApplicationSpec clusterWith(String launcher) {
    ApplicationSpec plain = cluster();
    LaunchTemplate template = template(1);
    return new ApplicationSpec(
        plain.name(),
        plain.deployMode(),
        Optional.of(
            new LaunchTemplate(
                template.command(),
                template.environment(),
                template.secretEnvironment(),
                template.files(),
                template.resources(),
                template.user(),
                template.ports(),
                Optional.of(launcher),
                template.launcherOptions(),
                template.grace())),
        plain.profiles(),
        plain.maxCores(),
        plain.maxAttempts(),
        plain.priority(),
        plain.lostAfter(),
        plain.registerTimeout());
  }

  public static ApplicationSpec client(ExecutorProfile... profiles) {
    return new ApplicationSpec(
        "sample",
        DeployMode.CLIENT,
        Optional.empty(),
        List.of(profiles),
        OptionalInt.empty(),
        1,
        0,
        ApplicationSpec.DEFAULT_LOST_AFTER,
        ApplicationSpec.DEFAULT_REGISTER_TIMEOUT);
  }

  public static Request.SubmitApplication submit(String requestId, ApplicationSpec spec) {
    return new Request.SubmitApplication(
        "ann", requestId, digest(requestId), spec, false, Optional.empty());
  }

  public static Request.SubmitApplication submitAwaiting(String requestId, ApplicationSpec spec) {
    return new Request.SubmitApplication(
        "ann", requestId, digest(requestId), spec, true, Optional.empty());
  }

  public static WorkerRegistration registration(Resources capacity, String... launchers) {
    TreeSet<String> names = new TreeSet<>(List.of(launchers));
    names.add("process");
    return new WorkerRegistration(
        new HostPort("127.0.0.1", 7078), capacity, new TreeMap<>(), names, "process", "1");
  }

  public static Request.RegisterWorker worker(String id, int cores) {
    return worker(id, new Resources(cores, 64 * ByteSize.GIB));
  }

  public static Request.RegisterWorker worker(String id, Resources capacity) {
    return new Request.RegisterWorker(new WorkerId(id), 0, registration(capacity), List.of());
  }
}
