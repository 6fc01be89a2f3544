package io.slipway.master.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.master.artifact.ArtifactCollector;
import io.slipway.master.artifact.ArtifactStore;
import io.slipway.master.artifact.Upload;
import io.slipway.model.Digest;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.DownloadArtifactResponse;
import io.slipway.proto.artifact.v1.FindMissingArtifactsRequest;
import io.slipway.proto.artifact.v1.FindMissingArtifactsResponse;
import io.slipway.proto.artifact.v1.MissingArtifact;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.proto.artifact.v1.UploadArtifactResponse;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.mapping.Fields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The artifact service. Its methods block on the disk. Of each stream one message at most is in
 * memory, whatever the artifact's size.
 */
public final class ArtifactCalls extends ArtifactServiceGrpc.ArtifactServiceImplBase {
  private static final System.Logger log = System.getLogger(ArtifactCalls.class.getName());
  private static final int DOWNLOAD_BYTES = 1 << 18;

  private final ArtifactStore store;
  private final ArtifactCollector collector;

  /** Serves what is in the store; the collector makes room for uploads. */
  public ArtifactCalls(ArtifactStore store, ArtifactCollector collector) {
    this.store = store;
    this.collector = collector;
  }

  @Override
  public void findMissingArtifacts(
      FindMissingArtifactsRequest request, StreamObserver<FindMissingArtifactsResponse> observer) {
    Limits.check("number of digests", Limits.FIND_MISSING_DIGESTS, request.getDigestsCount());
    FindMissingArtifactsResponse.Builder response = FindMissingArtifactsResponse.newBuilder();
    for (int i = 0; i < request.getDigestsCount(); i++) {
      Digest digest = Fields.digest(request.getDigests(i), "digests[" + i + "]");
      if (!store.contains(digest)) {
        response.addMissing(
            MissingArtifact.newBuilder()
                .setDigest(digest.hex())
                .setCommittedSize(store.committedSize(digest)));
      }
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public StreamObserver<UploadArtifactRequest> uploadArtifact(
      StreamObserver<UploadArtifactResponse> observer) {
    ServerCallStreamObserver<UploadArtifactResponse> call =
        (ServerCallStreamObserver<UploadArtifactResponse>) observer;
    call.disableAutoRequest();
    call.request(1);
    return new Receiver(call);
  }

  @Override
  public void downloadArtifact(
      DownloadArtifactRequest request, StreamObserver<DownloadArtifactResponse> observer) {
    ServerCallStreamObserver<DownloadArtifactResponse> call =
        (ServerCallStreamObserver<DownloadArtifactResponse>) observer;
    Digest digest = Fields.digest(request.getDigest(), "digest");
    try {
      FileChannel file = store.read(digest);
      if (request.getOffset() < 0 || request.getOffset() > file.size()) {
        long size = file.size();
        file.close();
        throw Refusal.invalidField(
            "offset", request.getOffset() + " is not between 0 and the size of " + size);
      }
      new Sender(call, file.position(request.getOffset())).begin();
    } catch (IOException e) {
      observer.onError(e);
    }
  }

  /** Takes one upload; gRPC calls it on one thread at a time. */
  private final class Receiver implements StreamObserver<UploadArtifactRequest> {
    private final ServerCallStreamObserver<UploadArtifactResponse> call;
    private Upload upload;
    private boolean ended;

    Receiver(ServerCallStreamObserver<UploadArtifactResponse> call) {
      this.call = call;
    }

    @Override
    public void onNext(UploadArtifactRequest message) {
      if (ended) {
        return;
      }
      try {
        if (upload == null) {
          upload =
              collector.upload(
                  Fields.digest(message.getDigest(), "digest"),
                  message.getSizeBytes(),
                  message.getOffset());
          if (upload.already()) {
            finish();
            return;
          }
        }
        ByteString data = message.getData();
        Limits.check("length of data", Limits.ARTIFACT_CHUNK_BYTES, data.size());
        for (ByteBuffer part : data.asReadOnlyByteBufferList()) {
          upload.write(part);
        }
        call.request(1);
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }

    @Override
    public void onCompleted() {
      if (ended) {
        return;
      }
      try {
        if (upload == null) {
          throw Refusal.invalidField("digest", "no message came");
        }
        finish();
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }

    @Override
    public void onError(Throwable cancelled) {
      end();
    }

    private void finish() throws IOException {
      long size = upload.finish();
      end();
      call.onNext(UploadArtifactResponse.newBuilder().setCommittedSize(size).build());
      call.onCompleted();
    }

    private void fail(Exception reason) {
      end();
      call.onError(reason);
    }

    private void end() {
      ended = true;
      if (upload != null) {
        try {
          upload.close();
        } catch (IOException e) {
          log.log(System.Logger.Level.WARNING, "an upload could not be closed", e);
        }
      }
    }
  }

  /**
   * Sends one artifact, as fast as the other side takes it; gRPC calls it on one thread at a time.
   */
  private static final class Sender {
    private final ServerCallStreamObserver<DownloadArtifactResponse> call;
    private final FileChannel file;
    private boolean ended;

    Sender(ServerCallStreamObserver<DownloadArtifactResponse> call, FileChannel file) {
      this.call = call;
      this.file = file;
    }

    void begin() {
      call.setOnCancelHandler(this::end);
      call.setOnCloseHandler(this::end);
      call.setOnReadyHandler(this::send);
    }

    private void send() {
      try {
        while (!ended && call.isReady()) {
          ByteBuffer chunk = ByteBuffer.allocate(DOWNLOAD_BYTES);
          int count = file.read(chunk);
          if (count < 0) {
            end();
            call.onCompleted();
          } else {
            chunk.flip();
            call.onNext(
                DownloadArtifactResponse.newBuilder()
                    .setData(UnsafeByteOperations.unsafeWrap(chunk))
                    .build());
          }
        }
      } catch (IOException e) {
        end();
        call.onError(e);
      }
    }

    private void end() {
      ended = true;
      try {
        file.close();
      } catch (IOException e) {
        log.log(System.Logger.Level.WARNING, "an artifact could not be closed", e);
      }
    }
  }
}
