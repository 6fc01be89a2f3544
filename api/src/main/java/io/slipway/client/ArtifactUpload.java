package io.slipway.client;

import com.google.protobuf.ByteString;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.FindMissingArtifactsRequest;
import io.slipway.proto.artifact.v1.MissingArtifact;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Brings files to the masters: those that are missing, piece by piece, from where they broke. */
final class ArtifactUpload {
  private static final int PIECE_BYTES = 256 << 10;

  /**
   * How long an upload waits for a master once it has been asked for: a master that was killed is
   * back by then, and what has come is not sent twice.
   */
  private static final Patience PATIENCE = Patience.of(Duration.ofMinutes(1));

  private final LeaderChannel leader;
  private final UploadListener listener;

  ArtifactUpload(LeaderChannel leader, UploadListener listener) {
    this.leader = leader;
    this.listener = listener;
  }

  void upload(Collection<LocalArtifact> artifacts) throws IOException, InterruptedException {
    Map<String, LocalArtifact> byDigest = new LinkedHashMap<>();
    artifacts.forEach(a -> byDigest.put(a.reference().digest().hex(), a));
    List<String> digests = List.copyOf(byDigest.keySet());
    for (int i = 0; i < digests.size(); i += Limits.FIND_MISSING_DIGESTS) {
      int end = Math.min(digests.size(), i + Limits.FIND_MISSING_DIGESTS);
      List<MissingArtifact> all =
          leader
              .call(
                  ArtifactServiceGrpc.getFindMissingArtifactsMethod(),
                  question(digests.subList(i, end)))
              .getMissingList();
      for (MissingArtifact missing : all) {
        LocalArtifact artifact = byDigest.get(missing.getDigest());
        if (artifact != null) {
          upload(artifact, missing.getCommittedSize());
        }
      }
    }
  }

  private static FindMissingArtifactsRequest question(List<String> digests) {
    return FindMissingArtifactsRequest.newBuilder().addAllDigests(digests).build();
  }

  private void upload(LocalArtifact artifact, long committedSize)
      throws IOException, InterruptedException {
    AtomicBoolean first = new AtomicBoolean(true);
    Pieces[] open = new Pieces[1];
    try {
      leader.send(
          ArtifactServiceGrpc.getUploadArtifactMethod(),
          () -> {
            close(open[0]);
            long offset =
                first.getAndSet(false) ? committedSize : committedSizeAfterBreak(artifact);
            open[0] = new Pieces(artifact, offset, listener);
            return open[0];
          },
          PATIENCE);
      listener.progress(artifact, artifact.reference().sizeBytes());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (Interrupted e) {
      throw e.interrupt;
    } finally {
      close(open[0]);
    }
  }

  private long committedSizeAfterBreak(LocalArtifact artifact) {
    try {
      List<MissingArtifact> missing =
          leader
              .call(
                  ArtifactServiceGrpc.getFindMissingArtifactsMethod(),
                  question(List.of(artifact.reference().digest().hex())),
                  PATIENCE)
              .getMissingList();
      // One that is no longer missing is acknowledged at once, whatever is sent.
      return missing.isEmpty()
          ? artifact.reference().sizeBytes()
          : missing.get(0).getCommittedSize();
    } catch (InterruptedException e) {
      throw new Interrupted(e);
    }
  }

  private static void close(Pieces pieces) {
    if (pieces != null) {
      pieces.close();
    }
  }

  /** Carries an interrupt through an interface that declares none. */
  private static final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient InterruptedException interrupt;

    Interrupted(InterruptedException interrupt) {
      super(interrupt);
      this.interrupt = interrupt;
    }
  }

  /** The messages of one try. */
  private static final class Pieces implements Iterator<UploadArtifactRequest> {
    private final LocalArtifact artifact;
    private final UploadListener listener;
    private final FileChannel file;
    private final InputStream in;
    private final long begin;
    private long offset;
    private boolean begun;

    Pieces(LocalArtifact artifact, long begin, UploadListener listener) {
      this.artifact = artifact;
      this.listener = listener;
      this.begin = begin;
      this.offset = begin;
      try {
        this.file = FileChannel.open(artifact.file());
        this.file.position(begin);
        this.in = Channels.newInputStream(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean hasNext() {
      return !begun || offset < artifact.reference().sizeBytes();
    }

    @Override
    public UploadArtifactRequest next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      UploadArtifactRequest.Builder piece = UploadArtifactRequest.newBuilder();
      if (!begun) {
        begun = true;
        piece
            .setDigest(artifact.reference().digest().hex())
            .setSizeBytes(artifact.reference().sizeBytes())
            .setOffset(begin);
      }
      try {
        long left = artifact.reference().sizeBytes() - offset;
        ByteString data = ByteString.copyFrom(in.readNBytes((int) Math.min(PIECE_BYTES, left)));
        if (data.size() < Math.min(PIECE_BYTES, left)) {
          throw new IOException(artifact.file() + ": became shorter while it was uploaded");
        }
        offset += data.size();
        listener.progress(artifact, offset);
        return piece.setData(data).build();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void close() {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
