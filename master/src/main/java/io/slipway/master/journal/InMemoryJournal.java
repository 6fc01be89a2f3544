package io.slipway.master.journal;

import com.google.protobuf.ByteString;
import io.slipway.model.HostPort;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A journal that forgets everything when it goes: for tests, benchmarks and clusters of an
 * afternoon. What is appended is committed at once, or by hand, and it can be told to misbehave as
 * a real one does. Safe for use by several threads; the listener is called with no lock held.
 */
public final class InMemoryJournal implements Journal {
  /**
   * A committed record.
   *
   * @param term of the leadership that appended it
   * @param index its place in the log, from 1
   * @param record its bytes
   */
  public record Entry(long term, long index, ByteString record) {}

  private record Proposed(long term, ByteString record, CompletableFuture<Void> done) {}

  private record Snapshot(long term, long index, ByteString bytes) {}

  private final boolean immediately;
  private final List<Entry> entries = new ArrayList<>();
  private final ArrayDeque<Proposed> waiting = new ArrayDeque<>();
  private Optional<Snapshot> snapshot = Optional.empty();
  private Listener listener;
  private boolean leadsFromStart = true;
  private boolean leads;
  private long term;
  private int refusals;
  private long usableBytes = Long.MAX_VALUE;

  private InMemoryJournal(boolean immediately) {
    this.immediately = immediately;
  }

  /** Commits what is appended before {@link #append} returns. */
  public static InMemoryJournal committingAtOnce() {
    return new InMemoryJournal(true);
  }

  /** Commits what is appended when {@link #commit} is called. */
  public static InMemoryJournal committingByHand() {
    return new InMemoryJournal(false);
  }

  /** Makes it a follower at its start; {@link #lead} changes that. */
  public synchronized InMemoryJournal following() {
    leadsFromStart = false;
    return this;
  }

  @Override
  public void start(Listener newListener) throws JournalException {
    List<Entry> tail;
    Optional<Snapshot> from;
    synchronized (this) {
      if (listener != null) {
        throw new IllegalStateException("started already");
      }
      listener = newListener;
      from = snapshot;
      tail = List.copyOf(entries);
    }
    if (from.isPresent()) {
      Snapshot start = from.get();
      try {
        newListener.restored(
            start.term(), start.index(), new ByteArrayInputStream(start.bytes().toByteArray()));
      } catch (IOException e) {
        throw new JournalException("the snapshot can't be read: " + e.getMessage(), e);
      }
    }
    long after = from.map(Snapshot::index).orElse(0L);
    for (Entry entry : tail) {
      if (entry.index() > after) {
        newListener.committed(entry.term(), entry.index(), entry.record());
      }
    }
    if (leadsFromStart) {
      lead(lastTerm() + 1);
    }
  }

  private synchronized long lastTerm() {
    long last = Math.max(term, snapshot.map(Snapshot::term).orElse(0L));
    return entries.isEmpty() ? last : Math.max(last, entries.get(entries.size() - 1).term());
  }

  /** Makes this master the leader of a term. */
  public void lead(long newTerm) {
    synchronized (this) {
      term = newTerm;
      leads = true;
    }
    listener.leading(newTerm);
  }

  /** Takes leadership away; what is not committed may still be, by hand. */
  public void lose(Optional<HostPort> leader) {
    synchronized (this) {
      leads = false;
    }
    listener.notLeading(leader);
  }

  @Override
  public CompletableFuture<Void> append(ByteString record) {
    Entry entry;
    synchronized (this) {
      if (!leads) {
        return CompletableFuture.failedFuture(new IOException("not the leader"));
      }
      if (refusals > 0) {
        refusals--;
        return CompletableFuture.failedFuture(new IOException("refused"));
      }
      if (!immediately) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        waiting.add(new Proposed(term, record, done));
        return done;
      }
      entry = add(term, record);
    }
    listener.committed(entry.term(), entry.index(), entry.record());
    return CompletableFuture.completedFuture(null);
  }

  private Entry add(long entryTerm, ByteString record) {
    long index =
        1
            + (entries.isEmpty()
                ? snapshot.map(Snapshot::index).orElse(0L)
                : entries.get(entries.size() - 1).index());
    Entry entry = new Entry(entryTerm, index, record);
    entries.add(entry);
    return entry;
  }

  /** Commits the oldest record that waits; returns whether there was one. */
  public boolean commit() {
    Proposed proposed;
    Entry entry;
    synchronized (this) {
      proposed = waiting.poll();
      if (proposed == null) {
        return false;
      }
      entry = add(proposed.term(), proposed.record());
    }
    listener.committed(entry.term(), entry.index(), entry.record());
    proposed.done().complete(null);
    return true;
  }

  /** Commits the oldest record that waits as if it had been appended in another term. */
  public boolean commitInTerm(long otherTerm) {
    Proposed proposed;
    synchronized (this) {
      proposed = waiting.poll();
    }
    if (proposed == null) {
      return false;
    }
    commitOther(otherTerm, proposed.record());
    proposed.done().complete(null);
    return true;
  }

  /** Commits a record that another leader appended, or that an earlier leadership left behind. */
  public void commitOther(long otherTerm, ByteString record) {
    Entry entry;
    synchronized (this) {
      entry = add(otherTerm, record);
    }
    listener.committed(entry.term(), entry.index(), entry.record());
  }

  /** Drops the oldest record that waits: its append fails, and it is never committed. */
  public boolean drop() {
    Proposed proposed;
    synchronized (this) {
      proposed = waiting.poll();
    }
    if (proposed == null) {
      return false;
    }
    proposed.done().completeExceptionally(new IOException("dropped"));
    return true;
  }

  /** Refuses the next so many appends. */
  public synchronized void refuse(int appends) {
    refusals = appends;
  }

  /** How many records wait for {@link #commit}. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /** The committed records since the last snapshot, in order. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Asks the listener for a snapshot. */
  public void wantSnapshot() {
    listener.snapshotDue();
  }

  /** Whether a snapshot has been saved. */
  public synchronized boolean hasSnapshot() {
    return snapshot.isPresent();
  }

  @Override
  public void saveSnapshot(long snapshotTerm, long index, SnapshotWriter writer)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out);
    synchronized (this) {
      snapshot =
          Optional.of(new Snapshot(snapshotTerm, index, ByteString.copyFrom(out.toByteArray())));
    }
  }

  @Override
  public void stepDown() {
    boolean led;
    synchronized (this) {
      led = leads;
      leads = false;
    }
    if (led) {
      listener.notLeading(Optional.empty());
    }
  }

  /** A journal that starts where this one ends: as after a restart of the process. */
  public synchronized InMemoryJournal reopened() {
    InMemoryJournal next = new InMemoryJournal(immediately);
    next.entries.addAll(entries);
    next.snapshot = snapshot;
    next.term = term;
    return next;
  }

  /** Sets what {@link #usableBytes()} answers. */
  public synchronized void usableBytes(long bytes) {
    usableBytes = bytes;
  }

  @Override
  public synchronized long usableBytes() {
    return usableBytes;
  }

  @Override
  public synchronized void close() {
    leads = false;
    waiting.clear();
  }
}
