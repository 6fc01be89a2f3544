package io.slipway.master.effects;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.slipway.model.HostPort;
import io.slipway.model.WorkerId;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.submission.v1.ReadLogRequest;
import io.slipway.proto.submission.v1.ReadLogResponse;
import io.slipway.proto.worker.v1.WorkerServiceGrpc;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.StatusMapping;

/**
 * Passes logs on from workers to readers. One message at most is under way in each relay: a slow
 * reader makes the worker wait.
 */
public final class LogRelay {
  private final WorkerChannels channels;

  /** Reads logs through these connections. */
  public LogRelay(WorkerChannels channels) {
    this.channels = channels;
  }

  /** Prepares a relay to a reader, within the reader's call. */
  public Relay open(ServerCallStreamObserver<ReadLogResponse> reader) {
    Relay relay = new Relay(reader);
    reader.setOnReadyHandler(relay::readerReady);
    return relay;
  }

  /** One reader's log. Its methods never block. */
  public final class Relay {
    private final ServerCallStreamObserver<ReadLogResponse> reader;

    // Guarded by this.
    private ClientCall<io.slipway.proto.worker.v1.ReadLogRequest, ?> upstream;
    private boolean owed;
    private boolean closed;

    private Relay(ServerCallStreamObserver<ReadLogResponse> reader) {
      this.reader = reader;
    }

    /**
     * Begins to pass on.
     *
     * @param goesOn whether the execution has not ended: then a log that is not there yet will come
     */
    public void begin(WorkerId worker, HostPort address, ReadLogRequest request, boolean goesOn) {
      channels
          .channel(worker, address)
          .whenComplete(
              (channel, failure) -> {
                if (failure == null) {
                  start(channel, worker, request, goesOn);
                } else {
                  reader.onError(failure);
                }
              });
    }

    private void start(
        ManagedChannel channel, WorkerId worker, ReadLogRequest request, boolean goesOn) {
      ClientCall<
              io.slipway.proto.worker.v1.ReadLogRequest, io.slipway.proto.worker.v1.ReadLogResponse>
          call = channel.newCall(WorkerServiceGrpc.getReadLogMethod(), CallOptions.DEFAULT);
      synchronized (this) {
        if (closed) {
          return;
        }
        upstream = call;
        call.start(new FromWorker(worker, goesOn), new Metadata());
        call.request(1);
      }
      call.sendMessage(forWorker(request));
      call.halfClose();
    }

    private static io.slipway.proto.worker.v1.ReadLogRequest forWorker(ReadLogRequest request) {
      io.slipway.proto.worker.v1.ReadLogRequest.Builder same =
          io.slipway.proto.worker.v1.ReadLogRequest.newBuilder()
              .setExecutionId(request.getExecutionId())
              .setStream(request.getStream())
              .setOffset(request.getOffset())
              .setTailBytes(request.getTailBytes())
              .setFollow(request.getFollow());
      if (request.hasTailLines()) {
        same.setTailLines(request.getTailLines());
      }
      if (request.hasWrittenWithin()) {
        same.setWrittenWithin(request.getWrittenWithin());
      }
      return same.build();
    }

    /** The reader has gone, or all has been passed on. */
    public void close() {
      synchronized (this) {
        closed = true;
        if (upstream != null) {
          upstream.cancel("the reader has gone", null);
        }
      }
    }

    private synchronized void readerReady() {
      if (owed && upstream != null && reader.isReady()) {
        owed = false;
        upstream.request(1);
      }
    }

    private synchronized void passedOn() {
      if (reader.isReady()) {
        upstream.request(1);
      } else {
        owed = true;
      }
    }

    private synchronized boolean isClosed() {
      return closed;
    }

    private final class FromWorker
        extends ClientCall.Listener<io.slipway.proto.worker.v1.ReadLogResponse> {
      private final WorkerId worker;
      private final boolean goesOn;

      FromWorker(WorkerId worker, boolean goesOn) {
        this.worker = worker;
        this.goesOn = goesOn;
      }

      @Override
      public void onMessage(io.slipway.proto.worker.v1.ReadLogResponse message) {
        if (!isClosed()) {
          reader.onNext(
              ReadLogResponse.newBuilder()
                  .setData(message.getData())
                  .setOffset(message.getOffset())
                  .build());
          passedOn();
        }
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        if (isClosed()) {
          return;
        }
        if (status.isOk()) {
          reader.onCompleted();
        } else {
          channels.retrySoon(worker);
          reader.onError(refusal(StatusMapping.toRefusal(status, trailers)));
        }
      }

      private Refusal refusal(Refusal answer) {
        boolean notYet = goesOn && answer.code() == Status.Code.NOT_FOUND;
        if (!notYet && !answer.isRetryable()) {
          return answer;
        }
        return Refusal.of(
            Status.Code.UNAVAILABLE,
            Reason.REASON_WORKER_UNREACHABLE,
            "worker " + worker + ": " + answer.getMessage());
      }
    }
  }
}
