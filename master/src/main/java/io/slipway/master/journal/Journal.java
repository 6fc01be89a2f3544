package io.slipway.master.journal;

import com.google.protobuf.ByteString;
import io.slipway.model.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * An ordered log of records that is on disk at a majority of the masters before anybody is told of
 * it. The master's loop is its only user.
 *
 * <p>Order of calls to the listener: {@link Listener#restored} at most once first, then {@link
 * Listener#committed} in the order of the log; {@link Listener#leading} after all that was
 * committed before this leadership.
 */
public interface Journal extends AutoCloseable {
  /**
   * Opens the journal and begins to deliver. Blocks until what is on disk has been read.
   *
   * @throws JournalException if the journal can't be used as it is; the message names the file and
   *     what to do
   */
  void start(Listener listener) throws JournalException;

  /**
   * Proposes one record; returns at once. That it is committed is told by {@link
   * Listener#committed} alone.
   *
   * @param record at most 512 KiB
   * @return completes exceptionally if the record was refused, or if it could not be learned in
   *     time whether it was taken: it may be committed all the same. Completes normally after the
   *     commit.
   */
  CompletableFuture<Void> append(ByteString record);

  /**
   * Makes sure that this master leads now, so that what it has applied is the newest that anybody
   * could have been told. A group of one always leads.
   *
   * @return completes exceptionally if it does not lead, or could not learn it in time
   */
  default CompletableFuture<Void> confirmLeadership() {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Saves a snapshot of the state after the record at {@code index}, durably, with a checksum; then
   * the log up to there may go. Blocks; called on a thread for that purpose, one snapshot at a
   * time.
   */
  void saveSnapshot(long term, long index, SnapshotWriter writer) throws IOException;

  /** Gives up leadership, if it is held, in favour of another master where there is one. */
  void stepDown();

  /** Tells how long each forcing of the log to the disk took, on any thread; before the start. */
  default void observeSyncs(LongConsumer nanos) {}

  /** Bytes that are free where the journal lies. */
  long usableBytes() throws IOException;

  /** Ends; nothing is delivered any more. */
  @Override
  void close();

  /** Writes a snapshot. */
  @FunctionalInterface
  interface SnapshotWriter {
    /** Writes all of it; the caller closes the stream. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * What the journal tells. Called on threads of the journal's that must not be blocked:
   * implementations only enqueue.
   */
  interface Listener {
    /**
     * The state starts from this snapshot. The one call that reads before it returns.
     *
     * @throws IOException if it can't be read; an older one is tried then, where there is one
     */
    void restored(long term, long index, InputStream snapshot) throws IOException;

    /**
     * A record is committed.
     *
     * @param term of the leadership that the library appended it in
     * @param index its place in the log; grows, with gaps
     */
    void committed(long term, long index, ByteString record);

    /**
     * This master leads from now on, in this term; everything committed earlier has been delivered.
     */
    void leading(long term);

    /**
     * This master does not lead (any more).
     *
     * @param leader where the leader may be found, if it is known
     */
    void notLeading(Optional<HostPort> leader);

    /**
     * The log has grown enough for a snapshot to be worth it; call {@link Journal#saveSnapshot}
     * soon.
     */
    void snapshotDue();

    /** The journal can't go on; the process must end with this message. */
    void failed(String reason, Optional<Throwable> cause);
  }
}
