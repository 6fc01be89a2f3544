package io.slipway.bench.cluster;

import com.google.protobuf.UnsafeByteOperations;
import io.slipway.model.Digest;
import io.slipway.proto.artifact.v1.ArtifactServiceGrpc;
import io.slipway.proto.artifact.v1.DownloadArtifactRequest;
import io.slipway.proto.artifact.v1.UploadArtifactRequest;
import io.slipway.rpc.Channels;
import io.slipway.rpc.LeaderChannel;
import io.slipway.rpc.Patience;
import io.slipway.rpc.TokenFiles;
import io.slipway.rpc.TokenSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures what a real master with a small heap needs to give one artifact to one worker, and to
 * forty at once: time, memory, and what it reads. The downloads are those of this process, by the
 * call that workers make; what comes is thrown away.
 */
public final class DownloadFigures {
  private static final int WORKERS = 40;
  private static final String HEAP = "-Xmx128m";
  private static final Pattern HTTP = Pattern.compile("metrics are at (http://\\S+)");
  private static final Pattern HEAP_USED =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");
  private static final Pattern DIRECT_USED =
      Pattern.compile("(?m)^jvm_buffer_memory_used_bytes\\{id=\"direct\"} (\\S+)$");

  private final int mebibytes;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ClusterProcess master;
  private final URI metrics;
  private final String token;

  private DownloadFigures(Path home, Path scratch, int mebibytes) throws Exception {
    this.mebibytes = mebibytes;
    Path log = scratch.resolve("master.log");
    this.master =
        ClusterProcess.start(
            List.of(
                "env",
                "SLIPWAY_JAVA_OPTIONS=" + HEAP,
                home.resolve("bin/slipway").toString(),
                "master",
                "--listen",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
                "--log-file",
                log.toString(),
                "--data-dir",
                scratch.resolve("master").toString(),
                "--token-dir",
                scratch.resolve("tokens").toString()),
            scratch.resolve("master"),
            scratch);
    Matcher matcher = HTTP.matcher(Files.readString(log));
    if (!matcher.find()) {
      throw new IOException("no address in " + log);
    }
    this.metrics = URI.create(matcher.group(1) + "/metrics");
    this.token = new TokenFiles(scratch.resolve("tokens")).userToken().token();
  }

  /**
   * Runs all of it.
   *
   * @param args the directory of the distribution; how often each thing is measured (3 if it is not
   *     given); the artifact's size in MiB (300 if it is not given)
   */
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toRealPath();
    int runs = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    int mebibytes = args.length > 2 ? Integer.parseInt(args[2]) : 300;
    Path scratch = Files.createTempDirectory("slipway-downloads-");
    DownloadFigures figures = new DownloadFigures(home, scratch, mebibytes);
    try {
      figures.run(runs);
    } finally {
      figures.master.stop();
      try (Stream<Path> files = Files.walk(scratch)) {
        files.sorted(Comparator.reverseOrder()).forEach(DownloadFigures::rm);
      }
    }
    System.exit(0);
  }

  private static void rm(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      System.err.println("left behind: " + e);
    }
  }

  private void run(int runs) throws Exception {
    FigureTable table = new FigureTable(System.out);
    Digest digest = upload();
    download(digest, 1);
    for (int downloads : new int[] {1, WORKERS}) {
      Figures all = new Figures();
      for (int i = 0; i < runs; i++) {
        measure(digest, downloads, all);
      }
      String what = downloads == 1 ? "one download" : downloads + " downloads at once";
      table.value(what + ": time", all.millis, "ms", "");
      table.value(what + ": heap, most", all.heap, "MB", "");
      table.value(what + ": direct buffers of the JDK, most", all.direct, "MB", "");
      table.value(what + ": resident, most", all.resident, "MB", "");
      table.value(what + ": read, page cache included", all.read, "MB", "");
      table.value(what + ": read from the disk", all.disk, "MB", "");
      table.value(what + ": CPU time of the master", all.cpu, "ms", "");
    }
    System.out.printf(
        "%n%d MiB, a master with %s, %d processors, Java %s, %d runs each%n",
        mebibytes,
        HEAP,
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        runs);
    table.print(System.out);
  }

  private static final class Figures {
    final Spread millis = new Spread();
    final Spread heap = new Spread();
    final Spread direct = new Spread();
    final Spread resident = new Spread();
    final Spread read = new Spread();
    final Spread disk = new Spread();
    final Spread cpu = new Spread();
  }

  private void measure(Digest digest, int downloads, Figures figures) throws Exception {
    // Forgets the largest resident size so far.
    Files.writeString(proc("clear_refs"), "5");
    long readBefore = io("rchar");
    long diskBefore = io("read_bytes");
    long cpuBefore = cpuMillis();
    double heap = 0;
    double direct = 0;
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Double> done = thread.submit(() -> download(digest, downloads));
      while (!done.isDone()) {
        String text =
            http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        heap = Math.max(heap, sum(HEAP_USED, text));
        direct = Math.max(direct, sum(DIRECT_USED, text));
        awaitALittle(done);
      }
      figures.millis.add(done.get());
    } finally {
      thread.shutdown();
    }
    figures.heap.add(heap / (1 << 20));
    figures.direct.add(direct / (1 << 20));
    figures.resident.add(status("VmHWM") / 1024.0);
    figures.read.add((io("rchar") - readBefore) / 1048576.0);
    figures.disk.add((io("read_bytes") - diskBefore) / 1048576.0);
    figures.cpu.add(cpuMillis() - cpuBefore);
  }

  private static void awaitALittle(Future<Double> done) throws Exception {
    try {
      done.get(200, TimeUnit.MILLISECONDS);
    } catch (TimeoutException stillRuns) {
      return;
    }
  }

  private static double sum(Pattern pattern, String text) {
    double sum = 0;
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      sum += Double.parseDouble(matcher.group(1));
    }
    return sum;
  }

  private long cpuMillis() {
    return ProcessHandle.of(master.pid())
        .orElseThrow()
        .info()
        .totalCpuDuration()
        .orElseThrow()
        .toMillis();
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(master.pid()), file);
  }

  private long io(String field) throws IOException {
    return number("io", field);
  }

  private long status(String field) throws IOException {
    return number("status", field);
  }

  private long number(String file, String field) throws IOException {
    for (String line : Files.readAllLines(proc(file))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no " + field + " in " + proc(file));
  }

  private LeaderChannel caller(Channels channels) {
    return new LeaderChannel(
        channels,
        LeaderChannel.Settings.of(
            List.of(master.address()), TokenSource.of(token), Patience.FOREVER));
  }

  private Digest upload() throws Exception {
    MessageDigest sent = Digest.sha256();
    IntStream.range(0, mebibytes).forEach(n -> sent.update(piece(n)));
    Digest digest = Digest.finish(sent);
    try (Channels channels = new Channels("upload")) {
      caller(channels)
          .send(
              ArtifactServiceGrpc.getUploadArtifactMethod(),
              () ->
                  IntStream.range(0, mebibytes)
                      .mapToObj(
                          n ->
                              UploadArtifactRequest.newBuilder()
                                  .setDigest(n == 0 ? digest.hex() : "")
                                  .setSizeBytes(n == 0 ? (long) mebibytes << 20 : 0)
                                  .setData(UnsafeByteOperations.unsafeWrap(piece(n)))
                                  .build())
                      .iterator());
    }
    return digest;
  }

  private static byte[] piece(int number) {
    byte[] bytes = new byte[1 << 20];
    new SplittableRandom(number).nextBytes(bytes);
    return bytes;
  }

  /** Downloads so often at once, each over a connection of its own; the time in milliseconds. */
  private double download(Digest digest, int times) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    try (Channels some = new Channels("download-1");
        Channels others = new Channels("download-2")) {
      List<Future<Long>> downloads = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < times; i++) {
        LeaderChannel one = caller(i % 2 == 0 ? some : others);
        downloads.add(threads.submit(() -> bytes(one, digest)));
      }
      for (Future<Long> download : downloads) {
        if (download.get() != (long) mebibytes << 20) {
          throw new IOException("a download had " + download.get() + " bytes");
        }
      }
      return (System.nanoTime() - begin) / 1e6;
    } finally {
      threads.shutdown();
    }
  }

  private static long bytes(LeaderChannel from, Digest digest) throws InterruptedException {
    long[] count = new long[1];
    from.follow(
        ArtifactServiceGrpc.getDownloadArtifactMethod(),
        () ->
            DownloadArtifactRequest.newBuilder()
                .setDigest(digest.hex())
                .setOffset(count[0])
                .build(),
        message -> {
          count[0] += message.getData().size();
          return true;
        });
    return count[0];
  }
}
