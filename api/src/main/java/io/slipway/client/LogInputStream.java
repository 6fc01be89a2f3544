package io.slipway.client;

import com.google.protobuf.ByteString;
import io.slipway.proto.common.v1.OutputStream;
import io.slipway.proto.submission.v1.ReadLogRequest;
import io.slipway.proto.submission.v1.ReadLogResponse;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.function.Consumer;

/**
 * The output of an execution as a stream of bytes: a thread of its own follows it over breaks and
 * is at most one message ahead, so that a slow reader slows the sender.
 */
final class LogInputStream extends InputStream {
  private final LeaderChannel leader;
  private final LogQuery query;
  private final Consumer<LogInputStream> whenEnded;
  private final Thread follower;

  // Of the following thread.
  private long offset;
  private boolean begun;

  // Of the reading thread.
  private InputStream current = InputStream.nullInputStream();

  // Guarded by this.
  private ByteString ahead;
  private RuntimeException failure;
  private boolean ended;

  /**
   * Begins to follow.
   *
   * @param whenEnded told once there is no thread any more
   */
  LogInputStream(LeaderChannel leader, LogQuery query, Consumer<LogInputStream> whenEnded) {
    this.leader = leader;
    this.query = query;
    this.whenEnded = whenEnded;
    this.offset = query.offset();
    this.follower = new Thread(this::follow, "slipway-log");
    follower.setDaemon(true);
  }

  LogInputStream begin() {
    follower.start();
    return this;
  }

  private void follow() {
    try {
      leader.follow(
          SubmissionServiceGrpc.getReadLogMethod(),
          this::request,
          this::take,
          query.follow() ? Patience.FOREVER : Patience.of(SlipwayClient.DEFAULT_PATIENCE));
      end(null);
    } catch (Refusal refusal) {
      end(Wire.exception(refusal));
    } catch (InterruptedException closed) {
      end(null);
    } catch (RuntimeException e) {
      end(e);
    } finally {
      whenEnded.accept(this);
    }
  }

  private ReadLogRequest request() {
    ReadLogRequest.Builder request =
        ReadLogRequest.newBuilder()
            .setExecutionId(query.execution().toString())
            .setStream(
                query.standardError()
                    ? OutputStream.OUTPUT_STREAM_STDERR
                    : OutputStream.OUTPUT_STREAM_STDOUT)
            .setOffset(offset)
            .setFollow(query.follow());
    if (!begun) {
      request.setTailBytes(query.tailBytes());
      query.tailLines().ifPresent(request::setTailLines);
      query.writtenWithin().map(Wire::duration).ifPresent(request::setWrittenWithin);
    }
    return request.build();
  }

  private boolean take(ReadLogResponse answer) {
    begun = true;
    ByteString data = answer.getData();
    if (answer.getOffset() < offset) { // what was read already, from before a break
      long known = Math.min(data.size(), offset - answer.getOffset());
      data = data.substring((int) known);
    }
    offset = Math.max(offset, answer.getOffset() + answer.getData().size());
    try {
      return data.isEmpty() || hand(data);
    } catch (InterruptedException closed) {
      return false;
    }
  }

  /** Waits until what was handed over before has been read. */
  private synchronized boolean hand(ByteString data) throws InterruptedException {
    while (ahead != null && !ended) {
      wait();
    }
    if (!ended) {
      ahead = data;
      notifyAll();
    }
    return !ended;
  }

  private synchronized void end(RuntimeException problem) {
    if (!ended) {
      ended = true;
      failure = problem;
      notifyAll();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      int n = current.read(buffer, from, length);
      if (n > 0) {
        return n;
      }
      ByteString next = next();
      if (next == null) {
        return -1;
      }
      current = next.newInput();
    }
  }

  @Override
  public int available() throws IOException {
    return current.available();
  }

  private synchronized ByteString next() throws IOException {
    try {
      while (ahead == null && !ended) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
    if (ahead == null && failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    ByteString data = ahead;
    ahead = null;
    notifyAll();
    return data;
  }

  /** Ends the following thread; a reader that waits, or comes later, fails so. */
  void abort(RuntimeException reason) {
    end(reason);
    follower.interrupt();
  }

  @Override
  public void close() {
    synchronized (this) {
      ended = true;
      ahead = null;
      failure = null;
      notifyAll();
    }
    follower.interrupt();
  }
}
