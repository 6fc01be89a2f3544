package io.slipway.worker.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.launcher.LogReader;
import io.slipway.model.NanoClock;
import io.slipway.proto.worker.v1.ReadLogResponse;
import io.slipway.rpc.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one log to one caller, as fast as it takes it. No thread waits: it is read when the caller
 * is ready, and looked at again after a short time when there is nothing more.
 */
final class LogStream {
  private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(40);

  private final ServerCallStreamObserver<ReadLogResponse> caller;
  private final LogReader reader;
  private final BooleanSupplier grows;
  private final Executor threads;
  private final NanoClock clock;
  private final ByteBuffer buffer = ByteBuffer.allocate(Limits.LOG_CHUNK_BYTES);

  /** Guarded by this: whether a thread is pumping, whether it must do so once more, and the end. */
  private boolean pumping;

  private boolean again;
  private boolean over;

  /**
   * A stream.
   *
   * @param reader where to begin; closed when the stream is over
   * @param grows whether more may be written; asked before each look
   * @param threads runs what reads
   * @param clock for the time between two looks
   */
  LogStream(
      ServerCallStreamObserver<ReadLogResponse> caller,
      LogReader reader,
      BooleanSupplier grows,
      Executor threads,
      NanoClock clock) {
    this.caller = caller;
    this.reader = reader;
    this.grows = grows;
    this.threads = threads;
    this.clock = clock;
  }

  /** To be called before the service's method returns. */
  void start() {
    caller.setOnReadyHandler(this::wake);
    caller.setOnCancelHandler(this::wake);
    wake();
  }

  private void wake() {
    synchronized (this) {
      if (over) {
        return;
      }
      again = true;
      if (pumping) {
        return;
      }
      pumping = true;
    }
    try {
      threads.execute(this::pump);
    } catch (RejectedExecutionException e) {
      LOG.debug("a log is no longer sent: the worker is ending");
    }
  }

  private void pump() {
    boolean finished = false;
    while (!finished && takeTurn()) {
      try {
        finished = sendWhatIsThere();
      } catch (IOException | RuntimeException e) {
        finished = true;
        if (!caller.isCancelled()) {
          caller.onError(e);
        }
      }
    }
    if (finished) {
      close();
    }
  }

  private synchronized boolean takeTurn() {
    if (!again) {
      pumping = false;
      return false;
    }
    again = false;
    return true;
  }

  /** Whether the stream is over. */
  private boolean sendWhatIsThere() throws IOException {
    // Asked first: what was written before the end is found by the look after it.
    boolean mayGrow = grows.getAsBoolean();
    while (!caller.isCancelled() && caller.isReady()) {
      buffer.clear();
      int count = reader.read(buffer);
      if (count == 0) {
        if (!mayGrow) {
          caller.onCompleted();
          return true;
        }
        clock.schedule(LOOK_AGAIN.toNanos(), this::wake);
        return false;
      }
      caller.onNext(
          ReadLogResponse.newBuilder()
              .setData(ByteString.copyFrom(buffer.flip()))
              .setOffset(reader.offset() - count)
              .build());
    }
    return caller.isCancelled();
  }

  private void close() {
    synchronized (this) {
      over = true;
      pumping = false;
    }
    try {
      reader.close();
    } catch (IOException e) {
      LOG.debug("a log could not be closed", e);
    }
  }
}
