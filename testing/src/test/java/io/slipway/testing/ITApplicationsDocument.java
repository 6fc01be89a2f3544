package io.slipway.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slipway.driver.Broadcast;
import io.slipway.driver.ExecutorView;
import io.slipway.driver.OnDemandExecutors;
import io.slipway.driver.ResultOrder;
import io.slipway.driver.SessionBuilder;
import io.slipway.driver.SessionListener;
import io.slipway.driver.SessionProfile;
import io.slipway.driver.SlipwayExecutor;
import io.slipway.driver.SlipwaySession;
import io.slipway.model.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of {@code docs/applications.md}: what stands there is, to the letter, what stands
 * here between {@code // example} and {@code // end of example}, and runs.
 */
@Timeout(120)
class ITApplicationsDocument {
  private static final Path DOCUMENT = Path.of("../docs/applications.md");
  private static final Path SOURCE =
      Path.of("src/test/java/io/slipway/testing/ITApplicationsDocument.java");
  private static final Pattern IN_DOCUMENT =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern IN_SOURCE =
      Pattern.compile(
          "^ +// example\n(.*?)^ +// end of example$", Pattern.MULTILINE | Pattern.DOTALL);

  @RegisterExtension
  static final LocalClusterExtension cluster =
      new LocalClusterExtension(LocalCluster.builder().workers(1).workerCores(2));

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  /** What tasks of the examples make. */
  private record Report(String path) implements Serializable {
    static Report of(String path) throws InterruptedException {
      new CountDownLatch(1).await();
      return new Report(path);
    }
  }

  /** The large value of the examples. */
  private record Index(List<String> words) implements Serializable {
    long count(String word, Path file) throws IOException {
      return words.contains(word)
          ? Files.readString(file).lines().filter(line -> line.contains(word)).count()
          : 0;
    }
  }

  private SessionBuilder builder() {
    return cluster.get().session();
  }

  private static List<String> texts(Path file, Pattern pattern) throws Exception {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(MatchResult::group)
        .map(text -> text.substring(text.indexOf('\n') + 1, text.lastIndexOf('\n')))
        .map(String::stripIndent)
        .toList();
  }

  @Test
  void document_itsExamples_areThoseOfThisFile() throws Exception {
    assertThat(texts(DOCUMENT, IN_DOCUMENT)).isEqualTo(texts(SOURCE, IN_SOURCE)).hasSize(10);
  }

  @Test
  void session_submitsTasks() throws Exception {
    SessionBuilder builder = builder();
    // example
    try (SlipwaySession session = builder.name("answers").executors(2).open()) {
      Future<Integer> answer = session.executor().submit(() -> 6 * 7);
      out.println(answer.get());
    }
    // end of example
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("42\n");
  }

  @Test
  void session_runsTheExamplesOfTasks(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("genome.fa"), "acgt\nggca\nacct\n");
    List<String> queries = List.of("ac", "gg", "tt");
    List<String> queryList = new ArrayList<>(queries);
    Index words = new Index(List.of("ac", "gg"));
    BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (SlipwaySession session = builder().executors(1).open()) {
      String path = "report.txt";
      // example
      SlipwayExecutor executor = session.executor().withTimeLimit(Duration.ofMinutes(5));
      Future<Report> report = executor.submit(() -> Report.of(path));
      report.cancel(true);
      // end of example
      assertThatThrownBy(report::get).isInstanceOf(CancellationException.class);

      // example
      try (Broadcast<Index> index = session.broadcast(words);
          Broadcast<Path> genome = session.broadcastFile(file)) {
        List<Long> hits =
            session.executor().map(queries, query -> index.value().count(query, genome.value()));
        out.println(hits);
      }
      // end of example
      assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("[2, 1, 0]\n");

      // example
      List<Integer> squares = session.executor().map(List.of(1, 2, 3), n -> n * n);
      // end of example
      assertThat(squares).containsExactly(1, 4, 9);

      Stream<String> lines = queryList.stream();
      // example
      try (Stream<Integer> results =
          session
              .executor()
              .map(lines::iterator, line -> line.length(), ResultOrder.AS_COMPLETED)) {
        results.forEach(lengths::add);
      }
      // end of example
      assertThat(lengths).containsExactly(2, 2, 2);

      // example
      session.addListener(
          new SessionListener() {
            @Override
            public void executorEnded(ExecutorView executor, Ending ending) {
              heard.add(executor.number() + " of " + executor.profile() + ": " + ending.status());
            }
          });
      session.addProgressListener(
          Duration.ofSeconds(1),
          progress -> out.println(progress.done() + " of " + progress.submitted()));
      // end of example

      // example
      session.showProgress("squares");
      // end of example

      // example
      session.executor().setExecutors(12); // in all; lowering it stops none
      session.executor().setExecutorsOnDemand(OnDemandExecutors.between(1, 40));
      session.releaseExecutors(List.of(1)); // by number
      // end of example
      assertThat(heard.take()).startsWith("1 of default: ");
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).endsWith("10 of 10\n");
  }

  @Test
  void session_hasProfiles() throws Exception {
    SessionBuilder builder = builder();
    // example
    SessionProfile big = SessionProfile.named("big").cores(2).memory("2g").jvmOption("-Dsize=big");
    try (SlipwaySession session = builder.executors(0).profile(big).open()) {
      Future<String> size = session.executor("big").submit(() -> System.getProperty("size"));
      out.println(size.get());
      session.executor("big").setExecutors(4);
    }
    // end of example
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("big\n");
  }

  @Test
  void session_hasExecutorsOfItsOwn(@TempDir Path directory) throws Exception {
    Path script =
        Files.writeString(directory.resolve("store.sh"), "echo store $1 on $2; exec sleep 60\n");
    SessionBuilder builder = builder();
    // example
    SessionProfile store =
        SessionProfile.named("store")
            .command("sh", "store.sh", "{{SLIPWAY_EXECUTOR_NUMBER}}", "{{SLIPWAY_PORTS}}")
            .file(script)
            .port("data");
    try (SlipwaySession session = builder.executors(0).profile(store).open()) {
      session.executor("store").awaitExecutors(1, Duration.ofMinutes(1));
      for (ExecutorView one : session.executors()) {
        out.println("store " + one.number() + " serves at " + one.ports().get("data"));
      }
    }
    // end of example
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .matches("store 1 serves at 127\\.0\\.0\\.1:[0-9]+\n");
  }
}
