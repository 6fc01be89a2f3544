package io.slipway.driver;

import io.slipway.model.ExecutorProfile;
import io.slipway.model.ExecutorTarget;
import io.slipway.model.HostPort;
import io.slipway.proto.application.v1.ApplicationServiceGrpc;
import io.slipway.proto.application.v1.FinishApplicationRequest;
import io.slipway.proto.application.v1.ProfileTarget;
import io.slipway.proto.application.v1.RegisterApplicationRequest;
import io.slipway.proto.application.v1.RegisterApplicationResponse;
import io.slipway.proto.application.v1.ReleaseExecutorsRequest;
import io.slipway.proto.application.v1.SetExecutorTargetsRequest;
import io.slipway.proto.application.v1.UpdateApplicationRequest;
import io.slipway.proto.application.v1.WatchExecutorsRequest;
import io.slipway.proto.application.v1.WatchExecutorsResponse;
import io.slipway.proto.common.v1.ExecutorProfileSpec;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.StatusMapping;
import io.slipway.rpc.TokenSource;
import io.slipway.rpc.mapping.ProfileMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A driver's connection to the masters: registers, says how many executors are wanted, and follows
 * what becomes of them, whatever leader there is, for ever. Safe for use by several threads.
 */
final class MasterLink implements AutoCloseable {
  private static final Duration PAUSE_BETWEEN_WATCHES = Duration.ofMillis(100);

  private final Channels channels;
  private final LeaderChannel leader;
  private final Thread watcher;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Consumer<WatchExecutorsResponse> news;
  private final Consumer<Refusal> refused;
  private final Map<String, ExecutorTarget> targets = new LinkedHashMap<>();
  private final LatestCall<SetExecutorTargetsRequest> targetCalls;
  private final LatestCall<UpdateApplicationRequest> updateCalls;
  private final NavigableMap<Long, List<Integer>> releases = new TreeMap<>();
  private long version;
  private volatile String cursor = "";
  private volatile String trouble = "";

  /**
   * Makes a link; it connects with the first call.
   *
   * @param news told what changes, on a thread of this link; must not block for long
   * @param refused told once, on that thread, if the masters refuse to tell more
   */
  MasterLink(
      List<HostPort> masters,
      String token,
      Consumer<WatchExecutorsResponse> news,
      Consumer<Refusal> refused) {
    this.news = news;
    this.refused = refused;
    this.channels = new Channels("slipway-session-io");
    this.leader =
        new LeaderChannel(
            channels, LeaderChannel.Settings.of(masters, TokenSource.of(token), Patience.FOREVER));
    this.targetCalls =
        new LatestCall<>(
            request ->
                tell(leader.callAsync(
                        ApplicationServiceGrpc.getSetExecutorTargetsMethod(), request))
                    .whenComplete((answer, failure) -> releaseAfter(request.getVersion())),
            (earlier, later) -> later);
    this.updateCalls =
        new LatestCall<>(
            request ->
                tell(
                    leader.callAsync(ApplicationServiceGrpc.getUpdateApplicationMethod(), request)),
            (earlier, later) -> earlier.toBuilder().mergeFrom(later).build());
    this.watcher = new Thread(this::watch, "slipway-session");
    watcher.setDaemon(true);
  }

  /**
   * Registers, with profiles beside those that the application has.
   *
   * @return the profiles that hold now
   */
  List<ExecutorProfileSpec> register(
      HostPort address, List<ExecutorProfile> profiles, Patience patience)
      throws InterruptedException {
    RegisterApplicationRequest.Builder request =
        RegisterApplicationRequest.newBuilder()
            .setDriverAddress(address.toString())
            .setKeepOtherProfiles(true);
    profiles.forEach(profile -> request.addProfiles(ProfileMessages.toProto(profile)));
    RegisterApplicationResponse answer =
        leader.call(
            ApplicationServiceGrpc.getRegisterApplicationMethod(), request.build(), patience);
    synchronized (this) {
      version = Math.max(version, answer.getTargetsVersion());
      targets.clear();
      for (ExecutorProfileSpec profile : answer.getProfilesList()) {
        targets.put(
            profile.getName(), ProfileMessages.toModel(profile.getTarget(), "profiles.target"));
      }
    }
    return answer.getProfilesList();
  }

  /** Begins to follow the executors. */
  void startWatching() {
    watcher.start();
  }

  private void watch() {
    try {
      while (true) {
        leader.follow(
            ApplicationServiceGrpc.getWatchExecutorsMethod(),
            () -> WatchExecutorsRequest.newBuilder().setCursor(cursor).build(),
            (WatchExecutorsResponse answer) -> {
              cursor = answer.getCursor();
              trouble = "";
              news.accept(answer);
              return true;
            });
        TimeUnit.NANOSECONDS.sleep(PAUSE_BETWEEN_WATCHES.toNanos());
      }
    } catch (InterruptedException interrupted) {
      return;
    } catch (RejectedExecutionException e) {
      // The connection was closed while a message was being read.
      if (!closed.get()) {
        throw e;
      }
    } catch (Refusal refusal) {
      refused.accept(refusal);
    }
  }

  /**
   * How many executors of a profile are wanted, and who is to go once the masters know that: so
   * that none is started in its place.
   */
  synchronized void setTargetAndRelease(
      String profile, ExecutorTarget target, List<Integer> numbers) {
    if (!numbers.isEmpty()) {
      releases.put(version + 1, List.copyOf(numbers));
    }
    setTarget(profile, target);
  }

  private void releaseAfter(long told) {
    List<Integer> numbers = new ArrayList<>();
    synchronized (this) {
      Map<Long, List<Integer>> due = releases.headMap(told, true);
      due.values().forEach(numbers::addAll);
      due.clear();
    }
    if (!numbers.isEmpty()) {
      release(numbers);
    }
  }

  /** How many executors of a profile are wanted; the other profiles' targets stay. */
  synchronized void setTarget(String profile, ExecutorTarget target) {
    targets.put(profile, target);
    SetExecutorTargetsRequest.Builder request =
        SetExecutorTargetsRequest.newBuilder().setVersion(++version);
    targets.forEach(
        (name, wanted) ->
            request.addTargets(
                ProfileTarget.newBuilder()
                    .setProfile(name)
                    .setTarget(ProfileMessages.toProto(wanted))));
    targetCalls.call(request.build());
  }

  void release(List<Integer> numbers) {
    Future<?> unused =
        tell(
            leader.callAsync(
                ApplicationServiceGrpc.getReleaseExecutorsMethod(),
                ReleaseExecutorsRequest.newBuilder().addAllExecutorNumbers(numbers).build()));
  }

  void update(UpdateApplicationRequest request) {
    updateCalls.call(request);
  }

  private CompletableFuture<?> tell(CompletableFuture<?> call) {
    return call.whenComplete(
        (answer, failure) -> {
          if (failure != null) {
            trouble = String.valueOf(StatusMapping.toRefusal(failure).getMessage());
          }
        });
  }

  /** What the masters refused last, in words; empty if nothing. */
  String trouble() {
    return trouble;
  }

  /** Says that no executors are needed any more; tries for so long. */
  void finish(Duration atMost) throws InterruptedException {
    Future<?> call =
        leader.callAsync(
            ApplicationServiceGrpc.getFinishApplicationMethod(),
            FinishApplicationRequest.getDefaultInstance());
    try {
      call.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // The end of this process says the same.
      call.cancel(true);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    watcher.interrupt();
    leader.close();
    channels.close();
  }
}
