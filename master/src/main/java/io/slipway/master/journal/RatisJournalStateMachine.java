package io.slipway.master.journal;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;

/** What Ratis calls; turns its events into those of the journal and never throws. */
final class RatisJournalStateMachine extends BaseStateMachine {
  /** What it tells. Called under locks of Ratis' or on the thread that applies: never blocks. */
  interface Events {
    /** A record of ours is committed. */
    void committed(long term, long index, ByteString record);

    /** This server leads, and all that was committed before has been told. */
    void leading(long term);

    /** This server does not lead. */
    void notLeading();

    /** It ends. */
    void failed(String reason, Throwable cause);
  }

  private final Events events;
  private volatile TermIndex snapshot;

  /** Begins after a snapshot, or with an empty state if there is none. */
  RatisJournalStateMachine(Events events, TermIndex snapshot) {
    this.events = events;
    this.snapshot = snapshot;
    if (snapshot != null) {
      setLastAppliedTermIndex(snapshot);
    }
  }

  /** A newer snapshot is on disk. */
  void snapshotFinished(TermIndex newer) {
    snapshot = newer;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    try {
      RaftProtos.LogEntryProto entry = transaction.getLogEntry();
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      events.committed(
          entry.getTerm(),
          entry.getIndex(),
          ByteString.copyFrom(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer()));
    } catch (Throwable e) {
      events.failed("a committed record could not be delivered", e);
    }
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long index, RaftProtos.RaftConfigurationProto configuration) {
    updateLastAppliedTermIndex(term, index);
  }

  @Override
  public void notifyLeaderReady() {
    events.leading(getLastAppliedTermIndex().getTerm());
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    events.notLeading();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    if (!member.getPeerId().equals(leader)) {
      events.notLeading();
    }
  }

  @Override
  public void notifyLogFailed(Throwable cause, RaftProtos.LogEntryProto entry) {
    events.failed("the log can't be written", cause);
  }

  @Override
  public void notifyServerShutdown(RaftProtos.RoleInfoProto role, boolean allServers) {
    events.failed("the Raft server shut down", null);
  }

  @Override
  public void notifyGroupRemove() {
    events.failed("the Raft group was removed", null);
  }

  @Override
  public void close() {
    events.failed("the Raft server closed itself", null);
  }

  /** The last one that is finished; writing one is started elsewhere. */
  @Override
  public long takeSnapshot() {
    TermIndex finished = snapshot;
    return finished == null ? RaftLog.INVALID_LOG_INDEX : finished.getIndex();
  }

  /** Only term and index: there is nobody to send the file to. */
  @Override
  public SnapshotInfo getLatestSnapshot() {
    TermIndex finished = snapshot;
    return finished == null
        ? null
        : new FileListSnapshotInfo(List.of(), finished.getTerm(), finished.getIndex());
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return new StateMachineStorage() {
      @Override
      public void init(RaftStorage storage) {}

      @Override
      public SnapshotInfo getLatestSnapshot() {
        return RatisJournalStateMachine.this.getLatestSnapshot();
      }

      @Override
      public void format() {}

      @Override
      public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}
    };
  }
}
