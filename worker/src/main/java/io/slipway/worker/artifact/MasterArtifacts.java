package io.slipway.worker.artifact;

import io.slipway.model.Digest;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.DownloadArtifactResponse;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Downloads artifacts from the masters, for as long as it takes. */
public final class MasterArtifacts implements ArtifactSource {
  private final LeaderChannel masters;

  /** Downloads through a channel, which is not closed. */
  public MasterArtifacts(LeaderChannel masters) {
    this.masters = masters;
  }

  @Override
  public void download(Digest digest, long offset, OutputStream target)
      throws ArtifactException, IOException, InterruptedException {
    long[] next = {offset};
    try {
      masters.<DownloadArtifactRequest, DownloadArtifactResponse>follow(
          ArtifactServiceGrpc.getDownloadArtifactMethod(),
          () ->
              DownloadArtifactRequest.newBuilder()
                  .setDigest(digest.hex())
                  .setOffset(next[0])
                  .build(),
          response -> {
            try {
              response.getData().writeTo(target);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            next[0] += response.getData().size();
            return true;
          },
          Patience.FOREVER);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (Refusal e) {
      throw new ArtifactException(
          "the master does not give artifact " + digest + ": " + e.getMessage(), e);
    }
  }
}
