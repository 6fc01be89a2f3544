package io.slipway.master.journal;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a master alone, on Apache Ratis: a group of one, in one directory.
 *
 * <p>Safe for use by several threads. The futures of {@link #append} complete on threads that must
 * not be blocked. After {@link Listener#failed} nothing more is promised but {@link #close}; Ratis
 * leaves threads that keep a process alive, so the process must be ended.
 */
public final class RatisJournal implements Journal {
  private static final Logger log = LoggerFactory.getLogger(RatisJournal.class);

  /** The longest record, in bytes. */
  public static final int LONGEST_RECORD = 512 << 10;

  /** The same for every cluster: a directory holds one group, and nobody calls from outside. */
  static final RaftGroupId GROUP =
      RaftGroupId.valueOf(UUID.fromString("5ca1ab1e-0000-4000-8000-511bbca9b0a7"));

  private final RatisJournalSettings settings;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final Set<CompletableFuture<Void>> waiting = ConcurrentHashMap.newKeySet();

  /** Guards what is told about leadership and the end, so that it is told in order. */
  private final Object telling = new Object();

  private final Told told = new Told();
  private boolean failed;
  private volatile boolean closed;

  private LongConsumer syncs = nanos -> {};
  private String peer = "";
  private Listener listener;
  private RatisJournalDirectory directory;
  private RatisJournalMark mark;
  private RatisJournalSnapshots snapshots;
  private RatisJournalStateMachine stateMachine;
  private RaftServer server;

  private long recordsSinceDue;
  private long bytesSinceDue;

  /** Does nothing yet. */
  public RatisJournal(RatisJournalSettings settings) {
    this.settings = settings;
  }

  @Override
  public synchronized void observeSyncs(LongConsumer nanos) {
    syncs = nanos;
  }

  @Override
  public synchronized void start(Listener newListener) throws JournalException {
    if (listener != null || closed) {
      throw new IllegalStateException("a journal is started once");
    }
    listener = newListener;
    try {
      directory = RatisJournalDirectory.lock(settings.directory());
      TermIndex restored = restore();
      stateMachine = new RatisJournalStateMachine(told, restored);
      server = newServer();
      server.start();
    } catch (IOException | RuntimeException e) {
      close();
      throw new JournalException(
          "the journal in " + settings.directory() + " can't be opened: " + messages(e), e);
    } catch (JournalException e) {
      close();
      throw e;
    }
  }

  /** Checks what is on disk, and delivers the newest snapshot that is whole. */
  private TermIndex restore() throws JournalException, IOException {
    Path logs = directory.group();
    boolean newJournal = !Files.exists(logs);
    snapshots = new RatisJournalSnapshots(directory.snapshots());
    mark = RatisJournalMark.open(directory.mark(), newJournal);
    RatisJournalSegments segments = RatisJournalSegments.check(logs, mark);
    if (segments.isEmpty() && (mark.last() >= 0 || !snapshots.newestFirst().isEmpty())) {
      throw new JournalException(
          "the log in "
              + logs
              + " is missing, though records had been acknowledged. Restore the journal's directory"
              + " from a backup, or move all of it away to begin with an empty cluster.");
    }
    TermIndex restored = restoreNewest(segments, logs);
    segments.deleteStale();
    if (mark.last() >= segments.next() || !mark.known()) {
      mark.reset(segments.next() - 1);
    }
    return restored;
  }

  private TermIndex restoreNewest(RatisJournalSegments segments, Path logs)
      throws JournalException, IOException {
    List<RatisJournalSnapshots.Snapshot> bad = new ArrayList<>();
    StringBuilder reasons = new StringBuilder();
    TermIndex restored = null;
    for (RatisJournalSnapshots.Snapshot snapshot : snapshots.newestFirst()) {
      if (!segments.reachesBackTo(snapshot.index())) {
        break;
      }
      if (snapshot.index() >= segments.next()) {
        throw new JournalException(
            "the log in "
                + logs
                + " ends before the snapshot "
                + snapshot.file()
                + " was taken: acknowledged records are missing. Restore the journal's directory"
                + " from a backup.");
      }
      try {
        snapshots.verify(snapshot);
        try (InputStream state = snapshots.open(snapshot)) {
          listener.restored(snapshot.term(), snapshot.index(), state);
        }
        restored = TermIndex.valueOf(snapshot.term(), snapshot.index());
        break;
      } catch (IOException e) {
        bad.add(snapshot);
        reasons.append(" ").append(snapshot.file()).append(" is bad (").append(e).append(").");
      }
    }
    if (restored == null && !segments.reachesBackTo(-1)) {
      throw new JournalException(
          "the log in "
              + logs
              + " begins after a snapshot that is needed, and none is whole and new enough."
              + reasons
              + " Restore the journal's directory from a backup, or move it away to begin with an"
              + " empty cluster.");
    }
    if (!bad.isEmpty()) {
      log.warn("Going on with an older state and more of the log:{}", reasons);
      for (RatisJournalSnapshots.Snapshot snapshot : bad) {
        snapshots.setAside(snapshot);
      }
    }
    return restored;
  }

  private RaftServer newServer() throws JournalException, IOException {
    // Ratis would end the process on any uncaught exception of any thread of ours.
    Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    Thread.setDefaultUncaughtExceptionHandler(handler);

    RaftPeerId self = RaftPeerId.valueOf(directory.peer(!Files.exists(directory.raft())));
    Files.createDirectories(directory.raft());
    peer = self.toString();
    RatisJournalMetrics.observeSyncs(peer, syncs);
    return RaftServer.newBuilder()
        .setServerId(self)
        .setGroup(RaftGroup.valueOf(GROUP, RaftPeer.newBuilder().setId(self).build()))
        .setStateMachine(stateMachine)
        .setProperties(RatisJournalProperties.of(directory.raft()))
        .setOption(RaftStorage.StartupOption.RECOVER)
        .build();
  }

  /** The server inside, for tests. */
  RaftServer server() {
    return server;
  }

  @Override
  public CompletableFuture<Void> append(ByteString record) {
    if (record.size() > LONGEST_RECORD) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException(
              "a record of " + record.size() + " bytes is longer than " + LONGEST_RECORD));
    }
    RaftServer current = server;
    if (current == null || closed) {
      return CompletableFuture.failedFuture(new IllegalStateException("the journal is not open"));
    }
    CompletableFuture<Void> taken =
        new CompletableFuture<Void>()
            .orTimeout(settings.appendLimit().toMillis(), TimeUnit.MILLISECONDS);
    waiting.add(taken);
    taken.whenComplete((nothing, problem) -> waiting.remove(taken));
    try {
      RaftClientRequest request =
          RaftClientRequest.newBuilder()
              .setClientId(client)
              .setServerId(current.getId())
              .setGroupId(GROUP)
              .setCallId(calls.incrementAndGet())
              .setMessage(
                  Message.valueOf(UnsafeByteOperations.unsafeWrap(record.asReadOnlyByteBuffer())))
              .setType(RaftClientRequest.writeRequestType())
              .build();
      current
          .submitClientRequestAsync(request)
          .whenComplete((reply, problem) -> answer(taken, reply, problem));
    } catch (IOException | RuntimeException e) {
      taken.completeExceptionally(e);
    }
    return taken;
  }

  private void answer(CompletableFuture<Void> taken, RaftClientReply reply, Throwable problem) {
    if (problem != null) {
      taken.completeExceptionally(problem);
    } else if (reply.isSuccess()) {
      taken.complete(null);
    } else {
      if (reply.getException() instanceof NotLeaderException) {
        told.notLeading();
      }
      taken.completeExceptionally(reply.getException());
    }
  }

  @Override
  public void saveSnapshot(long term, long index, SnapshotWriter writer) throws IOException {
    RatisJournalStateMachine machine = stateMachine;
    if (machine == null || closed) {
      throw new IllegalStateException("the journal is not open");
    }
    synchronized (machine) {
      if (index <= machine.takeSnapshot()) {
        return; // Nothing was committed since the last one.
      }
      snapshots.save(term, index, writer);
      machine.snapshotFinished(TermIndex.valueOf(term, index));
      Optional<RatisJournalSnapshots.Snapshot> older = snapshots.removeOld();
      if (older.isPresent()) {
        purge(older.get().index());
      }
    }
  }

  /** Only up to the older snapshot, so that it is of use when the newer one is damaged. */
  private void purge(long index) {
    try {
      server.getDivision(GROUP).getRaftLog().purge(index);
    } catch (IOException | RuntimeException e) {
      log.warn(
          "The log was not purged up to record {}", index, e); // The next snapshot tries again.
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A master alone leads again after about a second, in another term.
   */
  @Override
  public void stepDown() {
    RaftServer current = server;
    if (current == null || closed) {
      return;
    }
    try {
      current
          .transferLeadershipAsync(
              new TransferLeadershipRequest(
                  client,
                  current.getId(),
                  GROUP,
                  calls.incrementAndGet(),
                  null,
                  settings.appendLimit().toMillis()))
          .exceptionally(
              problem -> {
                log.debug("Stepping down was refused", problem);
                return null;
              });
    } catch (IOException e) {
      log.debug("Stepping down was refused", e);
    }
  }

  @Override
  public long usableBytes() throws IOException {
    return Files.getFileStore(settings.directory()).getUsableSpace();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    quietly(server);
    RatisJournalMetrics.forget(peer);
    failAllThatWaits(new IllegalStateException("the journal was closed"));
    quietly(mark);
    quietly(directory);
  }

  private void failAllThatWaits(Throwable cause) {
    for (CompletableFuture<Void> taken : waiting) {
      taken.completeExceptionally(cause);
    }
  }

  private static void quietly(AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception e) {
        log.warn("Closing {} failed", resource, e);
      }
    }
  }

  private static String messages(Throwable problem) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      text.append(text.length() == 0 ? "" : ": ").append(cause);
    }
    return text.toString();
  }

  /** Passes Ratis' events on. */
  private final class Told implements RatisJournalStateMachine.Events {
    @Override
    public void committed(long term, long index, ByteString record) {
      synchronized (telling) {
        if (closed || failed) {
          return;
        }
        try {
          mark.record(index);
        } catch (IOException e) {
          failed("the file " + directory.mark() + " can't be written", e);
          return;
        }
        listener.committed(term, index, record);
        recordsSinceDue++;
        bytesSinceDue += record.size();
        if (recordsSinceDue >= settings.snapshotRecords()
            || bytesSinceDue >= settings.snapshotBytes()) {
          recordsSinceDue = 0;
          bytesSinceDue = 0;
          listener.snapshotDue();
        }
      }
    }

    @Override
    public void leading(long term) {
      synchronized (telling) {
        if (closed || failed) {
          return;
        }
        try {
          // Ratis renames its file with the term and leaves it at that: after a power loss an
          // older one could be there, and a term would be given out twice.
          RatisJournalSnapshots.force(directory.group());
        } catch (IOException e) {
          failed("the term can't be forced to disk", e);
          return;
        }
        listener.leading(term);
      }
    }

    @Override
    public void notLeading() {
      synchronized (telling) {
        if (!closed && !failed) {
          listener.notLeading(Optional.empty());
        }
      }
    }

    @Override
    public void failed(String reason, Throwable cause) {
      synchronized (telling) {
        if (closed || failed) {
          return;
        }
        failed = true;
        listener.failed(
            "the journal in " + settings.directory() + " failed: " + reason,
            Optional.ofNullable(cause));
      }
      failAllThatWaits(new IllegalStateException(reason, cause));
    }
  }
}
