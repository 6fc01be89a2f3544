package io.slipway.master.loop;

import com.google.protobuf.ByteString;
import io.slipway.master.state.StateRows;
import io.slipway.model.HostPort;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the loop is told by the journal, by timers and by its users, apart from requests. */
sealed interface LoopEvent {
  record Restored(long term, long index, StateRows rows) implements LoopEvent {}

  record Committed(long term, long index, ByteString record) implements LoopEvent {}

  record Leads(long term) implements LoopEvent {}

  record LeadsNot(Optional<HostPort> leader) implements LoopEvent {}

  record SnapshotDue() implements LoopEvent {}

  record SnapshotDone() implements LoopEvent {}

  record JournalFailed(String reason, Optional<Throwable> cause) implements LoopEvent {}

  record AppendFailed(long term, long number, Throwable cause) implements LoopEvent {}

  record CommitOverdue(long term, long number) implements LoopEvent {}

  record Confirmed(Pending pending, Optional<Throwable> failure) implements LoopEvent {}

  record Tick() implements LoopEvent {}

  record OpenWatch(Watch watch, CompletableFuture<Watch> opened) implements LoopEvent {}

  record SnapshotWanted(Watch watch) implements LoopEvent {}

  record WatchClosed(Watch watch) implements LoopEvent {}

  record HandOver(CompletableFuture<Void> done) implements LoopEvent {}
}
