package io.slipway.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A program for a small heap: master, driver and executors in one JVM, and values that do not fit
 * into it. Prints what it has found.
 */
final class LargeValues {
  static final long BYTES = 300L << 20;

  private LargeValues() {}

  public static void main(String[] arguments) throws Exception {
    try (SessionBed bed = new SessionBed()) {
      bed.startExecutor(1);
      bed.startExecutor(1);
      switch (arguments[0]) {
        case "broadcastFile" -> broadcastFile(bed, Path.of(arguments[1]));
        case "broadcast" -> broadcast(bed);
        case "results" -> results(bed);
        case "sum" -> sum(bed, ResultOrder.valueOf(arguments[1]), Integer.parseInt(arguments[2]));
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
  }

  private static void broadcastFile(SessionBed bed, Path file) throws Exception {
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(BYTES);
      large.seek(BYTES - 1);
      large.write(7);
    }
    try (Broadcast<Path> shared = bed.session().broadcastFile(file)) {
      System.out.println(
          bed.executor().map(List.of(1, 2, 3, 4), i -> lengthAndLast(shared.value())));
    }
  }

  private static String lengthAndLast(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      long length = Files.size(file);
      in.skipNBytes(length - 1);
      return length + " " + in.read();
    }
  }

  private static void broadcast(SessionBed bed) throws Exception {
    try (Broadcast<Generated> shared = bed.session().broadcast(new Generated())) {
      System.out.println(bed.executor().map(List.of(1, 2, 3, 4), i -> shared.value().sum()));
    }
  }

  private static void results(SessionBed bed) {
    int block = 1 << 20;
    try (Stream<byte[]> blocks =
        bed.executor()
            .map(
                IntStream.range(0, (int) (BYTES / block)).boxed()::iterator,
                i -> new byte[block],
                ResultOrder.AS_GIVEN)) {
      System.out.println(blocks.mapToLong(bytes -> bytes.length).sum());
    }
  }

  private static void sum(SessionBed bed, ResultOrder order, int count) {
    long[] sum = new long[2];
    try (Stream<Integer> results =
        bed.executor().map(IntStream.range(0, count).boxed()::iterator, i -> i + 1, order)) {
      results.forEach(
          result -> {
            sum[0] += result;
            sum[1] += result == sum[1] + 1 ? 1 : 0;
          });
    }
    System.out.println(sum[0] + (sum[1] == count ? " in order" : ""));
  }

  /** A value whose form is larger than itself. */
  private static final class Generated implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int BLOCK = 1 << 20;

    private transient long sum;

    long sum() {
      return sum;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
      byte[] block = new byte[BLOCK];
      Arrays.fill(block, (byte) 1);
      for (long written = 0; written < BYTES; written += BLOCK) {
        out.write(block);
      }
    }

    private void readObject(ObjectInputStream in) throws IOException {
      byte[] block = new byte[BLOCK];
      for (long read = 0; read < BYTES; read += BLOCK) {
        in.readFully(block);
        for (byte one : block) {
          sum += one;
        }
      }
    }
  }
}
