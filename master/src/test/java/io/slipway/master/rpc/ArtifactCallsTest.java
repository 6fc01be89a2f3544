package io.slipway.master.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.slipway.master.artifact.ArtifactCollector;
import io.slipway.master.artifact.ArtifactLimits;
import io.slipway.master.artifact.ArtifactStore;
import io.slipway.model.Digest;
import io.slipway.model.HostPort;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.FindMissingArtifactsRequest;
import io.slipway.proto.artifact.v1.FindMissingArtifactsResponse;
import io.slipway.proto.artifact.v1.MissingArtifact;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Limits;
import io.slipway.rpc.Patience;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenSource;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCallsTest {
  private static final String TOKEN = "cluster-token-0123456789";

  @TempDir Path directory;
  private final Channels channels = new Channels("test");
  private RpcServer server;
  private LeaderChannel master;

  @BeforeEach
  void open() throws Exception {
    ArtifactStore store =
        ArtifactStore.open(
            directory,
            new ArtifactLimits(0, Long.MAX_VALUE, Duration.ZERO),
            InstantSource.system());
    server =
        Servers.at(new HostPort("127.0.0.1", 0), Authenticator.cluster(TOKEN))
            .blockingService(
                new ArtifactCalls(store, new ArtifactCollector(store, List::of)),
                AccessRule.allow(Principal.Kind.CLUSTER_MEMBER))
            .open();
    master =
        new LeaderChannel(
            channels,
            LeaderChannel.Settings.of(
                List.of(server.advertised()),
                TokenSource.of(TOKEN),
                Patience.of(Duration.ofSeconds(20))));
  }

  @AfterEach
  void close() {
    channels.close();
    server.close();
  }

  @Test
  void artifact_ofManyMessages_goesThere_andComesBack() throws Exception {
    byte[] bytes = new byte[20_000_000];
    new Random(1).nextBytes(bytes);
    Digest digest = Digest.of(bytes);
    assertThat(missing(digest))
        .extracting(MissingArtifact::getDigest)
        .containsExactly(digest.hex());

    long size = upload(digest, bytes, 0);

    assertThat(size).isEqualTo(bytes.length);
    assertThat(missing(digest)).isEmpty();
    MessageDigest downloaded = Digest.sha256();
    List<Integer> sizes = new ArrayList<>();
    master.follow(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        () -> DownloadArtifactRequest.newBuilder().setDigest(digest.hex()).build(),
        message -> {
          downloaded.update(message.getData().asReadOnlyByteBuffer());
          return sizes.add(message.getData().size());
        });
    assertThat(Digest.finish(downloaded)).isEqualTo(digest);
    assertThat(sizes).allMatch(each -> each <= Limits.ARTIFACT_CHUNK_BYTES);
  }

  @Test
  void artifact_empty_goesThereAndComesBack() throws Exception {
    Digest digest = Digest.of(new byte[0]);

    upload(digest, new byte[0], 0);

    assertThat(download(digest, 0)).isEmpty();
  }

  @Test
  void download_fromOffset_beginsThere() throws Exception {
    byte[] bytes = {1, 2, 3, 4, 5};
    Digest digest = Digest.of(bytes);
    upload(digest, bytes, 0);

    assertThat(download(digest, 3)).containsExactly(4, 5);
    assertThat(refused(() -> download(digest, 6))).hasMessageContaining("offset");
  }

  @Test
  void upload_brokenOff_tellsWhereToContinue() throws Exception {
    byte[] bytes = {1, 2, 3, 4, 5};
    Digest digest = Digest.of(bytes);
    UploadArtifactRequest firstHalf =
        first(digest, 5, 0).setData(ByteString.copyFrom(bytes, 0, 3)).build();
    refused(
        () ->
            master.send(
                ArtifactServiceGrpc.getUploadArtifactMethod(),
                () -> List.of(firstHalf).iterator()));

    assertThat(missing(digest).get(0).getCommittedSize()).isEqualTo(3);
    assertThat(upload(digest, bytes, 3)).isEqualTo(5);
    assertThat(download(digest, 0)).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void upload_ofOtherBytes_isDataLoss() {
    Refusal refusal = refused(() -> upload(Digest.of(new byte[] {1}), new byte[] {2}, 0));

    assertThat(refusal.code()).isEqualTo(Status.Code.DATA_LOSS);
  }

  @Test
  void upload_withMalformedFirstMessage_isRefused() {
    Refusal digest =
        refused(
            () ->
                master.send(
                    ArtifactServiceGrpc.getUploadArtifactMethod(),
                    () -> List.of(UploadArtifactRequest.getDefaultInstance()).iterator()));
    Refusal chunk =
        refused(
            () -> {
              byte[] bytes = new byte[Limits.ARTIFACT_CHUNK_BYTES + 1];
              master.send(
                  ArtifactServiceGrpc.getUploadArtifactMethod(),
                  () ->
                      List.of(
                              first(Digest.of(bytes), bytes.length, 0)
                                  .setData(ByteString.copyFrom(bytes))
                                  .build())
                          .iterator());
            });

    assertThat(digest.metadata()).containsEntry("field", "digest");
    assertThat(chunk).hasMessageContaining("1048576");
  }

  @Test
  void findMissing_ofTooMany_isRefused() {
    Refusal refusal =
        refused(
            () ->
                master.call(
                    ArtifactServiceGrpc.getFindMissingArtifactsMethod(),
                    FindMissingArtifactsRequest.newBuilder()
                        .addAllDigests(
                            IntStream.rangeClosed(0, Limits.FIND_MISSING_DIGESTS)
                                .mapToObj(n -> "0".repeat(64))
                                .toList())
                        .build()));

    assertThat(refusal).hasMessageContaining("1000");
  }

  private List<MissingArtifact> missing(Digest digest) throws InterruptedException {
    FindMissingArtifactsResponse response =
        master.call(
            ArtifactServiceGrpc.getFindMissingArtifactsMethod(),
            FindMissingArtifactsRequest.newBuilder().addDigests(digest.hex()).build());
    return response.getMissingList();
  }

  private long upload(Digest digest, byte[] bytes, int offset) throws InterruptedException {
    int chunk = 1_000_000;
    return master
        .send(
            ArtifactServiceGrpc.getUploadArtifactMethod(),
            () -> {
              Iterator<UploadArtifactRequest> data =
                  IntStream.iterate(offset, from -> from < bytes.length, from -> from + chunk)
                      .mapToObj(
                          from ->
                              UploadArtifactRequest.newBuilder()
                                  .setData(
                                      UnsafeByteOperations.unsafeWrap(
                                          bytes, from, Math.min(chunk, bytes.length - from)))
                                  .build())
                      .iterator();
              List<UploadArtifactRequest> all = new ArrayList<>();
              all.add(first(digest, bytes.length, offset).build());
              data.forEachRemaining(all::add);
              return all.iterator();
            })
        .getCommittedSize();
  }

  private static UploadArtifactRequest.Builder first(Digest digest, long size, long offset) {
    return UploadArtifactRequest.newBuilder()
        .setDigest(digest.hex())
        .setSizeBytes(size)
        .setOffset(offset);
  }

  private byte[] download(Digest digest, long offset) throws InterruptedException {
    List<ByteString> parts = new ArrayList<>();
    master.follow(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        () ->
            DownloadArtifactRequest.newBuilder().setDigest(digest.hex()).setOffset(offset).build(),
        message -> parts.add(message.getData()));
    return ByteString.copyFrom(parts).toByteArray();
  }

  private static Refusal refused(ThrowingCallable call) {
    Refusal refusal = catchThrowableOfType(Refusal.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
