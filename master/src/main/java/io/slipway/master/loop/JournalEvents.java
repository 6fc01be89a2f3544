package io.slipway.master.loop;

import com.google.protobuf.ByteString;
import io.slipway.master.journal.Journal;
import io.slipway.master.state.SnapshotCodec;
import io.slipway.model.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * What the journal tells, on its own threads: it is put into the loop's inbox, and nothing else. So
 * the order of the log is the order of the inbox.
 */
record JournalEvents(Inbox inbox) implements Journal.Listener {
  @Override
  public void restored(long term, long index, InputStream snapshot) throws IOException {
    inbox.enqueue(new LoopEvent.Restored(term, index, SnapshotCodec.read(snapshot)));
  }

  @Override
  public void committed(long term, long index, ByteString record) {
    inbox.enqueue(new LoopEvent.Committed(term, index, record));
  }

  @Override
  public void leading(long term) {
    inbox.enqueue(new LoopEvent.Leads(term));
  }

  @Override
  public void notLeading(Optional<HostPort> leader) {
    inbox.enqueue(new LoopEvent.LeadsNot(leader));
  }

  @Override
  public void snapshotDue() {
    inbox.enqueue(new LoopEvent.SnapshotDue());
  }

  @Override
  public void failed(String reason, Optional<Throwable> cause) {
    inbox.enqueue(new LoopEvent.JournalFailed(reason, cause));
  }
}
