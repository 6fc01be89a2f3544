package io.slipway.master.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.slipway.model.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Remembers what a journal told. */
final class RecordingListener implements Journal.Listener {
  record Committed(long term, long index, String record) {}

  final List<String> events = new CopyOnWriteArrayList<>();
  final List<Committed> committed = new CopyOnWriteArrayList<>();
  final BlockingQueue<Long> terms = new LinkedBlockingQueue<>();
  final BlockingQueue<String> failures = new LinkedBlockingQueue<>();

  /** The term of the next leadership that is told. */
  long awaitLeading() throws InterruptedException {
    Long term = terms.poll(30, TimeUnit.SECONDS);
    if (term == null) {
      throw new AssertionError("never led; told: " + events);
    }
    return term;
  }

  List<String> records() {
    return committed.stream().map(Committed::record).toList();
  }

  Committed last() {
    return committed.get(committed.size() - 1);
  }

  @Override
  public void restored(long term, long index, InputStream snapshot) throws IOException {
    String state = new String(snapshot.readAllBytes(), UTF_8);
    if (state.equals("unreadable")) {
      throw new IOException("unreadable");
    }
    events.add("restored " + state);
  }

  @Override
  public void committed(long term, long index, ByteString record) {
    String text = record.size() > 100 ? record.size() + " bytes" : record.toStringUtf8();
    synchronized (committed) { // A test may hold it to stop the delivery.
      committed.add(new Committed(term, index, text));
    }
    events.add("committed " + text);
  }

  @Override
  public void leading(long term) {
    events.add("leading");
    terms.add(term);
  }

  @Override
  public void notLeading(Optional<HostPort> leader) {
    events.add("not leading");
  }

  @Override
  public void snapshotDue() {
    events.add("snapshot due");
  }

  @Override
  public void failed(String reason, Optional<Throwable> cause) {
    events.add("failed");
    failures.add(reason);
  }
}
