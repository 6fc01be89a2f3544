package io.slipway.master.state;

import io.slipway.model.ApplicationId;
import io.slipway.model.ExecutionId;
import io.slipway.model.WorkerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that the master knows: tables of immutable rows, and indexes beside them. One thread uses it,
 * the loop's. What has been changed since {@link #forgetUndo} can be undone; rows may be handed to
 * other threads, since they never change.
 */
public final class ClusterState {
  private static final Comparator<Deadline> BY_TIME =
      Comparator.comparingLong(Deadline::atMillis).thenComparing(Deadline::key);

  private final List<Table.Undo<?, ?>> undo = new ArrayList<>();
  private final List<RowListener> listeners = new ArrayList<>();

  private final Table<String, Meta> meta = new Table<>(row -> "", undo, (old, now) -> {});
  final Table<WorkerId, Worker> workers = new Table<>(Worker::id, undo, this::workerChanged);
  final Table<ApplicationId, Application> applications =
      new Table<>(Application::id, undo, this::applicationChanged);
  final Table<ExecutionId, Execution> executions =
      new Table<>(Execution::id, undo, this::executionChanged);
  final Table<AnsweredRequest.Key, AnsweredRequest> answers =
      new Table<>(AnsweredRequest::key, undo, this::answerChanged);
  final Table<Deadline.Key, Deadline> deadlines =
      new Table<>(Deadline::key, undo, this::deadlineChanged);

  private final TreeSet<WorkerId> workerIds = new TreeSet<>();
  private final TreeMap<Long, Application> bySequence = new TreeMap<>();
  private final TreeMap<String, ApplicationId> byText = new TreeMap<>();
  private final TreeMap<Finished, ApplicationId> finished = new TreeMap<>();
  private final Map<String, Integer> unfinishedByOwner = new HashMap<>();
  private final Map<ApplicationId, ApplicationExecutions> byApplication = new HashMap<>();
  private final Map<WorkerId, TreeMap<ExecutionId, Execution>> byWorker = new HashMap<>();
  private final TreeMap<Long, AnsweredRequest> answersByOrder = new TreeMap<>();
  private final TreeSet<Deadline> deadlinesByTime = new TreeSet<>(BY_TIME);
  private final TreeSet<Lost> lostWorkers = new TreeSet<>();
  private final TreeSet<ApplicationId> unsettled = new TreeSet<>();
  private int usableWorkers;
  private int timeLimits;

  private final FactApplication facts = new FactApplication(this);
  private final DecisionApplication decisions = new DecisionApplication(this);

  private record Finished(long atMillis, long sequence) implements Comparable<Finished> {
    static Finished of(Application row) {
      return new Finished(
          row.history().get(row.history().size() - 1).at().clusterMillis(),
          row.submission().sequence());
    }

    @Override
    public int compareTo(Finished other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private record Lost(long sinceMillis, WorkerId worker) implements Comparable<Lost> {
    @Override
    public int compareTo(Lost other) {
      int byTime = Long.compare(sinceMillis, other.sinceMillis);
      return byTime != 0 ? byTime : worker.compareTo(other.worker);
    }
  }

  /** An empty cluster, before its first fact. */
  public ClusterState() {
    meta.put(Meta.EMPTY);
    undo.clear();
  }

  /** Adds an index; it is told of the rows that are there, and of all changes from now on. */
  public void listen(RowListener listener) {
    workers.copy().forEach(row -> listener.workerChanged(null, row));
    applications.copy().forEach(row -> listener.applicationChanged(null, row));
    executions.copy().forEach(row -> listener.executionChanged(null, row));
    listeners.add(listener);
  }

  // Changes

  /** Begins a round: its number, term and time stand in the state. */
  public void begin(long term, long number, Moment moment) {
    putMeta(meta().round(term, number, moment));
  }

  /** Remembers a fact, at the moment of the present round. */
  public void apply(Fact fact) {
    facts.apply(fact, meta().moment());
  }

  /** Carries out a decision, at the moment of the present round. */
  public void apply(Decision decision) {
    decisions.apply(decision, meta().moment());
  }

  /** Applies a whole committed round. */
  public void apply(Round round) {
    begin(round.term(), round.number(), round.moment());
    round.facts().forEach(this::apply);
    round.decisions().forEach(this::apply);
  }

  /** A place in the list of changes. */
  public int mark() {
    return undo.size();
  }

  /** Undoes all changes since a mark, the newest first. */
  public void undoTo(int mark) {
    for (int i = undo.size() - 1; i >= mark; i--) {
      undo.get(i).run();
      undo.remove(i);
    }
  }

  /** Undoes all changes since {@link #forgetUndo}. */
  public void undo() {
    undoTo(0);
  }

  /** What has changed stays. */
  public void forgetUndo() {
    undo.clear();
  }

  /**
   * The rows that changed since {@link #forgetUndo}, each once, with its value before, in the order
   * of first change.
   */
  public Changes changes() {
    return Changes.of(this, undo);
  }

  void putMeta(Meta row) {
    meta.put(row);
  }

  /** Replaces everything by the rows of a snapshot. */
  public void restore(StateRows rows) {
    workers.copy().forEach(row -> workers.remove(row.id()));
    executions.copy().forEach(row -> executions.remove(row.id()));
    applications.copy().forEach(row -> applications.remove(row.id()));
    answers.copy().forEach(row -> answers.remove(row.key()));
    deadlines.copy().forEach(row -> deadlines.remove(row.key()));
    putMeta(rows.meta());
    rows.workers().forEach(workers::put);
    rows.applications().forEach(applications::put);
    rows.executions().forEach(executions::put);
    rows.answers().forEach(answers::put);
    rows.deadlines().forEach(deadlines::put);
    forgetUndo();
  }

  /** References to all rows, for a snapshot. */
  public StateRows rows() {
    return new StateRows(
        meta(),
        workers.copy(),
        applications.copy(),
        executions.copy(),
        answers.copy(),
        deadlines.copy());
  }

  // Lookups

  /** What there is one of. */
  public Meta meta() {
    return meta.require("");
  }

  /** Cluster time of the present round, in milliseconds. */
  public long nowMillis() {
    return meta().moment().clusterMillis();
  }

  /** A worker. */
  public Optional<Worker> worker(WorkerId id) {
    return Optional.ofNullable(workers.get(id));
  }

  /** An application. */
  public Optional<Application> application(ApplicationId id) {
    return Optional.ofNullable(applications.get(id));
  }

  /** An execution. */
  public Optional<Execution> execution(ExecutionId id) {
    return Optional.ofNullable(executions.get(id));
  }

  /** The answer that a request got. */
  public Optional<AnsweredRequest> answer(AnsweredRequest.Key key) {
    return Optional.ofNullable(answers.get(key));
  }

  /** A deadline. */
  public Optional<Deadline> deadline(Deadline.Key key) {
    return Optional.ofNullable(deadlines.get(key));
  }

  /** All workers' ids, in order. */
  public NavigableSet<WorkerId> workerIds() {
    return Collections.unmodifiableNavigableSet(workerIds);
  }

  /** How many workers take new executions. */
  public int usableWorkers() {
    return usableWorkers;
  }

  /** All applications, in submission order. */
  public NavigableMap<Long, Application> applicationsBySequence() {
    return Collections.unmodifiableNavigableMap(bySequence);
  }

  /** Ids of applications that begin with a prefix, in order; at most {@code limit}. */
  public List<ApplicationId> applicationsWithPrefix(String prefix, int limit) {
    SortedMap<String, ApplicationId> tail = byText.tailMap(prefix);
    List<ApplicationId> found = new ArrayList<>();
    for (Map.Entry<String, ApplicationId> entry : tail.entrySet()) {
      if (!entry.getKey().startsWith(prefix) || found.size() == limit) {
        break;
      }
      found.add(entry.getValue());
    }
    return found;
  }

  /** The executions of an application. */
  public ApplicationExecutions executionsOf(ApplicationId id) {
    return byApplication.getOrDefault(id, ApplicationExecutions.NONE);
  }

  /** The driver of an application's present attempt. */
  public Optional<Execution> driverOf(Application application) {
    return Optional.ofNullable(executionsOf(application.id()).drivers().get(application.attempt()));
  }

  /** The active executions on a worker, by id. */
  public SortedMap<ExecutionId, Execution> activeOn(WorkerId id) {
    TreeMap<ExecutionId, Execution> found = byWorker.get(id);
    return found == null ? Collections.emptySortedMap() : Collections.unmodifiableSortedMap(found);
  }

  /** Deadlines, the earliest first. */
  public NavigableSet<Deadline> deadlinesByTime() {
    return Collections.unmodifiableNavigableSet(deadlinesByTime);
  }

  /** How many applications run with a time limit. */
  public int timeLimits() {
    return timeLimits;
  }

  /** How many applications of a principal are not finished. */
  public int unfinishedOf(String owner) {
    return unfinishedByOwner.getOrDefault(owner, 0);
  }

  /** How many applications are finished. */
  public int finishedApplications() {
    return finished.size();
  }

  /** The application that finished first of those that are kept, and when. */
  public Optional<Application> oldestFinished() {
    return finished.isEmpty()
        ? Optional.empty()
        : Optional.of(applications.require(finished.firstEntry().getValue()));
  }

  /** The worker that has been lost for the longest time. */
  public Optional<Worker> longestLost() {
    return lostWorkers.isEmpty()
        ? Optional.empty()
        : Optional.of(workers.require(lostWorkers.first().worker()));
  }

  /** Answers by age, the oldest first. */
  NavigableMap<Long, AnsweredRequest> answersByOrder() {
    return answersByOrder;
  }

  /**
   * Applications of which something has changed since they were {@link #settled}, in order: what
   * follows by rule has not been decided. Of a state that was restored, or that another master
   * decided, that is every application.
   */
  public List<ApplicationId> unsettled() {
    return List.copyOf(unsettled);
  }

  /** What follows by rule from the present rows of an application has been decided. */
  public void settled(ApplicationId id) {
    unsettled.remove(id);
  }

  /** All executions, in no order. */
  public List<Execution> executions() {
    return executions.copy();
  }

  /** How many applications there are. */
  public int applicationCount() {
    return applications.size();
  }

  // Indexes

  private void workerChanged(Worker old, Worker now) {
    if (old != null && old.usable()) {
      usableWorkers--;
    }
    if (now != null && now.usable()) {
      usableWorkers++;
    }
    if (old == null) {
      workerIds.add(now.id());
    } else if (now == null) {
      workerIds.remove(old.id());
    }
    if (old != null && old.liveness() == io.slipway.model.WorkerState.LOST) {
      lostWorkers.remove(new Lost(old.since().clusterMillis(), old.id()));
    }
    if (now != null && now.liveness() == io.slipway.model.WorkerState.LOST) {
      lostWorkers.add(new Lost(now.since().clusterMillis(), now.id()));
    }
    for (RowListener listener : listeners) {
      listener.workerChanged(old, now);
    }
  }

  private void applicationChanged(Application old, Application now) {
    if (old != null && old.state().isFinal()) {
      finished.remove(Finished.of(old));
    }
    if (old != null && !old.state().isFinal()) {
      unfinishedByOwner.computeIfPresent(
          old.submission().owner(), (owner, count) -> count == 1 ? null : count - 1);
    }
    if (now != null && !now.state().isFinal()) {
      unfinishedByOwner.merge(now.submission().owner(), 1, Integer::sum);
    }
    if (now != null) {
      bySequence.put(now.submission().sequence(), now);
      if (now.state().isFinal()) {
        finished.put(Finished.of(now), now.id());
      }
      if (old == null) {
        byText.put(now.id().value(), now.id());
      }
      unsettled.add(now.id());
    } else {
      bySequence.remove(old.submission().sequence());
      byText.remove(old.id().value());
      unsettled.remove(old.id());
    }
    for (RowListener listener : listeners) {
      listener.applicationChanged(old, now);
    }
  }

  private void executionChanged(Execution old, Execution now) {
    Execution any = now != null ? now : old;
    ApplicationId application = any.id().application();
    ApplicationExecutions entry =
        byApplication.computeIfAbsent(application, id -> new ApplicationExecutions());
    entry.changed(old, now);
    if (entry.isEmpty()) {
      byApplication.remove(application);
    }
    if (old != null && old.active() && old.worker().isPresent()) {
      if (now == null || !now.active()) {
        TreeMap<ExecutionId, Execution> there = byWorker.get(old.worker().get());
        there.remove(old.id());
        if (there.isEmpty()) {
          byWorker.remove(old.worker().get());
        }
      }
    }
    if (now != null && now.active() && now.worker().isPresent()) {
      byWorker.computeIfAbsent(now.worker().get(), id -> new TreeMap<>()).put(now.id(), now);
    }
    if (applications.get(application) != null) {
      unsettled.add(application);
    }
    for (RowListener listener : listeners) {
      listener.executionChanged(old, now);
    }
  }

  private void answerChanged(AnsweredRequest old, AnsweredRequest now) {
    if (old != null) {
      answersByOrder.remove(old.order());
    }
    if (now != null) {
      answersByOrder.put(now.order(), now);
    }
  }

  private void deadlineChanged(Deadline old, Deadline now) {
    if (old != null) {
      deadlinesByTime.remove(old);
      timeLimits -= old.key().kind() == Deadline.Kind.TIME_LIMIT ? 1 : 0;
    }
    if (now != null) {
      deadlinesByTime.add(now);
      timeLimits += now.key().kind() == Deadline.Kind.TIME_LIMIT ? 1 : 0;
    }
  }
}
