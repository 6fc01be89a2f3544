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
import java.util.concurrent.SynchronousQueue;

/**
 * The output of an execution as a stream of bytes: a thread of its own follows it over breaks and
 * hands over one message at a time, so that a slow reader slows the sender.
 */
final class LogInputStream extends InputStream {
  private sealed interface Event {
    record Data(ByteString bytes) implements Event {}

    record End(RuntimeException failure) implements Event {}
  }

  private final LeaderChannel leader;
  private final LogQuery query;
  private final SynchronousQueue<Event> events = new SynchronousQueue<>();
  private final Thread follower;
  private long offset;
  private boolean begun;
  private InputStream current = InputStream.nullInputStream();
  private Event.End end;

  LogInputStream(LeaderChannel leader, LogQuery query) {
    this.leader = leader;
    this.query = query;
    this.offset = query.offset();
    this.follower = new Thread(this::follow, "slipway-log");
    follower.setDaemon(true);
    follower.start();
  }

  private void follow() {
    Event.End last = new Event.End(null);
    try {
      leader.follow(
          SubmissionServiceGrpc.getReadLogMethod(),
          this::request,
          this::take,
          query.follow() ? Patience.FOREVER : Patience.of(SlipwayClient.DEFAULT_PATIENCE));
    } catch (Refusal refusal) {
      last = new Event.End(Wire.exception(refusal));
    } catch (InterruptedException closed) {
      return;
    } catch (RuntimeException e) {
      last = new Event.End(e);
    }
    try {
      events.put(last);
    } catch (InterruptedException closed) {
      return;
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
      if (!data.isEmpty()) {
        events.put(new Event.Data(data));
      }
      return true;
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
      return false;
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
      if (end == null) {
        next();
      }
      if (end != null) {
        if (end.failure() != null) {
          throw new IOException(end.failure().getMessage(), end.failure());
        }
        return -1;
      }
    }
  }

  @Override
  public int available() throws IOException {
    return current.available();
  }

  private void next() throws InterruptedIOException {
    try {
      Event event = events.take();
      if (event instanceof Event.Data data) {
        current = data.bytes().newInput();
      } else if (event instanceof Event.End last) {
        end = last;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @Override
  public void close() {
    follower.interrupt();
    end = new Event.End(null);
    current = InputStream.nullInputStream();
  }
}
