package io.slipway.master.artifact;

import io.grpc.Status;
import io.slipway.model.ByteSize;
import io.slipway.model.Digest;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One upload that is under way. Used by one thread at a time. {@link #close} without {@link
 * #finish} keeps what has come, so that the upload can be continued.
 */
public final class Upload implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upload.class);
  private static final int READ_BYTES = 1 << 18;

  private final ArtifactStore store;
  private final Digest digest;
  private final long sizeBytes;
  private final boolean already;
  private final MessageDigest computed = Digest.sha256();
  private FileChannel file;
  private long written;
  private long continuedAt;
  private boolean closed;

  Upload(ArtifactStore store, Digest digest, long sizeBytes, long offset) throws IOException {
    this.store = store;
    this.digest = digest;
    this.sizeBytes = sizeBytes;
    if (sizeBytes < 0) {
      throw Refusal.invalidField("size_bytes", sizeBytes + " is less than 0");
    }
    this.already = store.contains(digest);
    if (already) {
      written = store.size(digest).orElse(sizeBytes);
      return;
    }
    long committed = store.committedSize(digest);
    if (offset < 0 || offset > committed || offset > sizeBytes) {
      throw Refusal.invalidField(
          "offset",
          offset + " is not between 0 and the committed size of " + Math.min(committed, sizeBytes));
    }
    store.requireRoom(digest, sizeBytes - offset);
    file =
        FileChannel.open(
            store.unfinishedFile(digest),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      continuedAt = offset;
      file.truncate(offset);
      digestKept(offset);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Whether the artifact was there before: nothing needs to be sent. */
  public boolean already() {
    return already;
  }

  /**
   * Appends bytes.
   *
   * @throws Refusal if they are more than was said, or there is no room
   */
  public void write(ByteBuffer data) throws IOException {
    if (already) {
      return;
    }
    int length = data.remaining();
    if (written + length > sizeBytes) {
      throw Refusal.invalidField(
          "data",
          "more than the " + sizeBytes + " bytes that were announced for artifact " + digest);
    }
    computed.update(data.duplicate());
    try {
      while (data.hasRemaining()) {
        file.write(data);
      }
    } catch (IOException e) {
      if (store.usableBytes() < length) {
        // What has come would only keep the disk full, and the journal from going on.
        file.truncate(0);
        Files.delete(store.unfinishedFile(digest));
        throw store.noRoom(sizeBytes, store.usableBytes()).causedBy(e);
      }
      throw e;
    }
    written += length;
  }

  /**
   * Checks the digest and puts the artifact in its place. After it returns the artifact is on disk.
   *
   * @return its size
   * @throws Refusal if bytes are missing (they may follow later), or the digest is another one
   *     (then all is thrown away)
   */
  public long finish() throws IOException {
    if (already) {
      return written;
    }
    if (written < sizeBytes) {
      throw Refusal.invalidField(
          "data", "the upload ended after " + written + " of " + sizeBytes + " bytes");
    }
    file.force(true);
    Digest found = Digest.finish(computed);
    if (!found.equals(digest)) {
      file.close();
      Files.delete(store.unfinishedFile(digest));
      throw Refusal.of(
          Status.Code.DATA_LOSS,
          Reason.REASON_DIGEST_MISMATCH,
          "the bytes that came have the digest " + found + ", not " + digest);
    }
    store.publish(digest);
    log.info(
        "artifact {} was uploaded ({}{})",
        digest,
        ByteSize.format(written),
        continuedAt == 0 ? "" : ", from " + ByteSize.format(continuedAt) + " on");
    return written;
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (file != null) {
        file.close();
      }
    } finally {
      store.release(digest);
    }
  }

  private void digestKept(long length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    while (written < length) {
      buffer.clear();
      if (file.read(buffer) < 0) {
        throw new IOException("the kept part of artifact " + digest + " has shrunk");
      }
      buffer.flip();
      written += buffer.remaining();
      computed.update(buffer);
    }
  }
}
