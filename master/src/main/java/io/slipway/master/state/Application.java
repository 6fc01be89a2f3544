package io.slipway.master.state;

import io.slipway.model.ApplicationId;
import io.slipway.model.ApplicationState;
import io.slipway.model.DeployMode;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * One application. Its driver attempts and executors are {@link Execution}s.
 *
 * @param id names it for ever
 * @param submission what was accepted, unchanged
 * @param state its life cycle
 * @param attempt the number of its newest driver attempt; 0 before the first
 * @param history states with times, the newest last; bounded
 * @param profiles its kinds of executors with their present targets, in order
 * @param maxCores cap on the cores of its executors together
 * @param targetsVersion of the newest table of targets
 * @param excluded workers that its driver wants to avoid
 * @param avoided workers that failed to launch for it, with the cluster time until which they are
 *     avoided, in milliseconds
 * @param registration what the driver told of itself
 * @param reservationsOver whether the driver took too long to register, so that nothing is reserved
 *     for it until it does
 * @param finishing whether the driver said that it needs no more executors
 * @param nextExecutor the number of its next executor; only grows
 * @param failuresInRow executors that failed by themselves, none of them running for long between
 * @param lastFailure when the last of them failed, in milliseconds of cluster time
 * @param lastFailureText how, in words
 * @param waitingSince when its wants changed or were served last, in milliseconds of cluster time
 * @param kill that somebody wants it to end
 * @param outcome how it ends, once that is decided
 * @param leaseHolder in client mode, which of those that may start its driver does; empty until one
 *     has taken the driver's lease
 * @param overTime whether its time limit passed
 */
public record Application(
    ApplicationId id,
    Submission submission,
    ApplicationState state,
    int attempt,
    List<StateChange> history,
    List<ExecutorProfile> profiles,
    OptionalInt maxCores,
    TargetsVersion targetsVersion,
    SortedSet<WorkerId> excluded,
    SortedMap<WorkerId, Long> avoided,
    Optional<DriverRegistration> registration,
    boolean reservationsOver,
    boolean finishing,
    int nextExecutor,
    int failuresInRow,
    long lastFailure,
    String lastFailureText,
    long waitingSince,
    Optional<KillRequest> kill,
    Optional<Outcome> outcome,
    Optional<String> leaseHolder,
    boolean overTime) {
  /** State changes that are kept; with more, the oldest but the first go. */
  static final int HISTORY = 64;

  /** Where its driver runs. */
  public DeployMode deployMode() {
    return submission.spec().deployMode();
  }

  /** Higher goes first. */
  public int priority() {
    return submission.spec().priority();
  }

  /** Whether executors are placed and launched for it now. */
  public boolean takesExecutors() {
    return state == ApplicationState.RUNNING
        && !finishing
        && kill.isEmpty()
        && (!submission.executorsAwaitDriver() || registered());
  }

  /** Whether its present attempt's driver has registered. */
  public boolean registered() {
    return registration.isPresent() && registration.get().attempt() == attempt;
  }

  /** The profile of a name. */
  public Optional<ExecutorProfile> profile(String name) {
    for (ExecutorProfile profile : profiles) {
      if (profile.name().equals(name)) {
        return Optional.of(profile);
      }
    }
    return Optional.empty();
  }

  /** Workers on which nothing of it is placed now. */
  public boolean avoids(WorkerId worker) {
    return (!excluded.isEmpty() && excluded.contains(worker))
        || (!avoided.isEmpty() && avoided.containsKey(worker));
  }

  /** Whether {@link #avoids} holds for any worker. */
  public boolean avoidsAny() {
    return !excluded.isEmpty() || !avoided.isEmpty();
  }

  Application with(Consumer<Change> changes) {
    Change change = new Change(this);
    changes.accept(change);
    return change.application();
  }

  /** The fields of a row under change. */
  static final class Change {
    private final Application old;
    ApplicationState state;
    int attempt;
    List<StateChange> history;
    List<ExecutorProfile> profiles;
    OptionalInt maxCores;
    TargetsVersion targetsVersion;
    SortedSet<WorkerId> excluded;
    SortedMap<WorkerId, Long> avoided;
    Optional<DriverRegistration> registration;
    boolean reservationsOver;
    boolean finishing;
    int nextExecutor;
    int failuresInRow;
    long lastFailure;
    String lastFailureText;
    long waitingSince;
    Optional<KillRequest> kill;
    Optional<Outcome> outcome;
    Optional<String> leaseHolder;
    boolean overTime;

    private Change(Application old) {
      this.old = old;
      state = old.state;
      attempt = old.attempt;
      history = old.history;
      profiles = old.profiles;
      maxCores = old.maxCores;
      targetsVersion = old.targetsVersion;
      excluded = old.excluded;
      avoided = old.avoided;
      registration = old.registration;
      reservationsOver = old.reservationsOver;
      finishing = old.finishing;
      nextExecutor = old.nextExecutor;
      failuresInRow = old.failuresInRow;
      lastFailure = old.lastFailure;
      lastFailureText = old.lastFailureText;
      waitingSince = old.waitingSince;
      kill = old.kill;
      outcome = old.outcome;
      leaseHolder = old.leaseHolder;
      overTime = old.overTime;
    }

    void enter(ApplicationState newState, Moment now) {
      state = newState;
      List<StateChange> changes = new ArrayList<>(history);
      changes.add(new StateChange(newState, attempt, now));
      if (changes.size() > HISTORY) {
        changes.remove(1);
      }
      history = List.copyOf(changes);
    }

    void avoid(WorkerId worker, long untilMillis) {
      SortedMap<WorkerId, Long> more = new TreeMap<>(avoided);
      more.put(worker, untilMillis);
      avoided = Collections.unmodifiableSortedMap(more);
    }

    void forgive(WorkerId worker) {
      SortedMap<WorkerId, Long> fewer = new TreeMap<>(avoided);
      fewer.remove(worker);
      avoided = Collections.unmodifiableSortedMap(fewer);
    }

    void forgiveAll() {
      avoided = Collections.emptySortedMap();
    }

    void exclude(SortedSet<WorkerId> workers) {
      excluded = Collections.unmodifiableSortedSet(new TreeSet<>(workers));
    }

    private Application application() {
      return new Application(
          old.id,
          old.submission,
          state,
          attempt,
          history,
          profiles,
          maxCores,
          targetsVersion,
          excluded,
          avoided,
          registration,
          reservationsOver,
          finishing,
          nextExecutor,
          failuresInRow,
          lastFailure,
          lastFailureText,
          waitingSince,
          kill,
          outcome,
          leaseHolder,
          overTime);
    }
  }
}
