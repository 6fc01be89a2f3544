package io.slipway.driver;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.slipway.proto.common.v1.Reason;
import io.slipway.proto.driver.v1.BroadcastServiceGrpc;
import io.slipway.proto.driver.v1.FetchBroadcastRequest;
import io.slipway.proto.driver.v1.FetchBroadcastResponse;
import io.slipway.rpc.Refusal;
import io.slipway.serialization.JavaSerialization;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.NavigableMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The broadcasts of a session: each is a file here, and executors read it piece by piece, as fast
 * as they take it. What is in memory does not depend on how large a value is, nor on how many read
 * it. Safe for use by several threads.
 */
final class BroadcastShelf extends BroadcastServiceGrpc.BroadcastServiceImplBase
    implements AutoCloseable {
  private static final int PIECE_BYTES = 256 << 10;
  private static final int WRITE_BYTES = 64 << 10;

  private final Path scratch;
  private final AtomicLong lastId = new AtomicLong();
  private final NavigableMap<Long, Source> open = new ConcurrentSkipListMap<>();
  private Runnable whenClosed = () -> {};

  /**
   * Makes it.
   *
   * @param scratch where temporary files are written; none is left there, however this JVM ends
   */
  BroadcastShelf(Path scratch) {
    this.scratch = scratch;
  }

  /** Calls {@code listener} whenever one has been closed; to be said before there is one. */
  void whenClosed(Runnable listener) {
    whenClosed = listener;
  }

  /** Those that have not been closed. */
  List<Long> open() {
    return List.copyOf(open.keySet());
  }

  /** See {@link SlipwaySession#broadcast}. */
  <T> Broadcast<T> add(T value) {
    FileChannel channel = null;
    boolean kept = false;
    try {
      channel =
          FileChannel.open(
              scratch.resolve("slipway-broadcast-" + UUID.randomUUID()),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE); // which POSIX systems do at once
      JavaSerialization.writeByJava(
          value,
          new BufferedOutputStream(new Unclosed(channel), WRITE_BYTES),
          "the broadcast's value");
      Source source = new Source(channel, channel.size(), null, null);
      kept = true;
      return put(source, false, value);
    } catch (NotSerializableException e) {
      throw new TaskNotSerializableException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("the value can't be written to a file in " + scratch, e);
    } finally {
      if (!kept) {
        closeQuietly(channel);
      }
    }
  }

  /** See {@link SlipwaySession#broadcastFile}. */
  Broadcast<Path> addFile(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean kept = false;
    try {
      if (!Files.isRegularFile(file)) {
        throw new IOException(file + " is not a file");
      }
      Source source =
          new Source(
              channel, channel.size(), file.toAbsolutePath(), Files.getLastModifiedTime(file));
      kept = true;
      return put(source, true, source.file());
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  private <T> Broadcast<T> put(Source source, boolean file, T value) {
    long id = lastId.incrementAndGet();
    open.put(id, source);
    return new BroadcastHandle<>(id, source.size(), file, value, this::release);
  }

  private void release(long id) {
    Source source = open.remove(id);
    if (source != null) {
      closeQuietly(source.channel());
      whenClosed.run();
    }
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        return; // it was only read, or is given up
      }
    }
  }

  /** Closes all; executors are not told, they leave. */
  @Override
  public void close() {
    for (Long id : open.keySet()) {
      Source source = open.remove(id);
      if (source != null) {
        closeQuietly(source.channel());
      }
    }
  }

  @Override
  public void fetchBroadcast(
      FetchBroadcastRequest request, StreamObserver<FetchBroadcastResponse> answer) {
    Source source = open.get(request.getBroadcastId());
    if (source == null) {
      throw closed();
    }
    ServerCallStreamObserver<FetchBroadcastResponse> out =
        (ServerCallStreamObserver<FetchBroadcastResponse>) answer;
    out.setOnCancelHandler(() -> {}); // then writing to it is no error
    out.setOnReadyHandler(new Sending(source, out)::send);
  }

  private static Refusal closed() {
    return Refusal.of(
        Status.Code.NOT_FOUND,
        Reason.REASON_UNKNOWN_ID,
        "the broadcast has been closed in its driver");
  }

  /** Writes to a channel, which stays open. */
  private static final class Unclosed extends FilterOutputStream {
    Unclosed(FileChannel channel) {
      super(Channels.newOutputStream(channel));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  /**
   * Where a broadcast's bytes are.
   *
   * @param file the user's file; null for a temporary one
   * @param changed when that was changed last
   */
  private record Source(FileChannel channel, long size, Path file, FileTime changed) {
    void checkUnchanged() throws IOException {
      // A file that is gone has not been changed: it is open here.
      if (channel.size() != size
          || (file != null
              && Files.exists(file)
              && !Files.getLastModifiedTime(file).equals(changed))) {
        throw Refusal.of(
            Status.Code.FAILED_PRECONDITION,
            Reason.REASON_WRONG_STATE,
            file + " has been changed since it was broadcast");
      }
    }
  }

  /** One executor that reads one broadcast; called by one thread at a time. */
  private static final class Sending {
    private final Source source;
    private final ServerCallStreamObserver<FetchBroadcastResponse> out;
    private long sent;
    private boolean ended;

    Sending(Source source, ServerCallStreamObserver<FetchBroadcastResponse> out) {
      this.source = source;
      this.out = out;
    }

    void send() {
      try {
        while (!ended && out.isReady()) {
          if (sent == source.size()) {
            source.checkUnchanged();
            ended = true;
            out.onCompleted();
          } else {
            out.onNext(next());
          }
        }
      } catch (IOException | Refusal e) {
        ended = true;
        out.onError(source.channel().isOpen() ? told(e) : closed());
      }
    }

    private static RuntimeException told(Exception problem) {
      return problem instanceof Refusal refusal
          ? refusal
          : Status.INTERNAL
              .withDescription("the driver can't read it: " + problem)
              .asRuntimeException();
    }

    private FetchBroadcastResponse next() throws IOException {
      if (sent == 0) {
        source.checkUnchanged();
      }
      ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, source.size() - sent));
      while (piece.hasRemaining()) {
        if (source.channel().read(piece, sent + piece.position()) < 0) {
          source.checkUnchanged();
          throw new IOException("the file ended early");
        }
      }
      sent += piece.capacity();
      return FetchBroadcastResponse.newBuilder()
          .setData(UnsafeByteOperations.unsafeWrap(piece.flip()))
          .build();
    }
  }
}
