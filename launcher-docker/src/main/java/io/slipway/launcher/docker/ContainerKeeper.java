package io.slipway.launcher.docker;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import io.slipway.launcher.RollingLog;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The program that does for containers what must go on when the worker has died: copies what they
 * write to their log files, and stops them when their grace is over. It is told by lines on its
 * standard input ({@code attach DIRECTORY}, {@code attach-late DIRECTORY}, {@code stop DIRECTORY},
 * the execution's directory being URL-encoded), answers {@code attached DIRECTORY} or {@code failed
 * DIRECTORY REASON} to the first two, and ends when its input has ended and it has nothing to do.
 * Containers that must not outlive their owner it stops and removes when its input has ended.
 */
final class ContainerKeeper {
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final Duration LOOK_WHETHER_ENDED = Duration.ofSeconds(5);
  private static final Duration ENGINE_AGAIN = Duration.ofMillis(500);

  private static final String GAP =
      "[slipway: output may be missing here: the connection to the container was cut]\n";

  /** The grace of containers that must not outlive their owner, when that has died. */
  private static final int SECONDS_WITHOUT_OWNER = 10;

  /** How long a container whose output has ended may take to be seen ended. */
  private static final Duration SETTLED = Duration.ofSeconds(3);

  private final Engine engine;
  private final PrintStream answers;
  private final AtomicInteger tasks = new AtomicInteger(1);

  /** The containers whose output is copied, by the tokens of the copying. */
  private final Map<String, String> attached = new ConcurrentHashMap<>();

  private ContainerKeeper(Engine engine, PrintStream answers) {
    this.engine = engine;
    this.answers = answers;
  }

  private interface Posix extends Library {
    int setsid();
  }

  /**
   * Runs a keeper.
   *
   * @param arguments the engine's socket, and whether containers outlive who gives the orders
   */
  public static void main(String[] arguments) throws IOException {
    // Out of reach of the terminal's signals to the worker.
    Native.load("c", Posix.class).setsid();
    Engine engine = new Engine(Path.of(arguments[0]));
    ContainerKeeper keeper = new ContainerKeeper(engine, System.out);
    try (BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        String[] words = line.split(" ", 2);
        Path execution = Path.of(decode(words[1]));
        switch (words[0]) {
          case "attach" -> keeper.begin("output", () -> keeper.copy(execution, false));
          case "attach-late" -> keeper.begin("output", () -> keeper.copy(execution, true));
          case "stop" -> keeper.begin("stop", () -> keeper.stop(execution));
          default -> log("what is '" + line + "'?");
        }
      }
    }
    if (!Boolean.parseBoolean(arguments[1])) {
      for (String container : Set.copyOf(keeper.attached.values())) {
        keeper.begin("end", () -> keeper.end(container));
      }
    }
    keeper.done();
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void log(String message) {
    System.err.println(Instant.now() + " " + message);
  }

  private interface Task {
    void run() throws IOException, InterruptedException;
  }

  private void begin(String name, Task task) {
    tasks.incrementAndGet();
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (IOException | InterruptedException | RuntimeException e) {
                log(name + ": " + e);
              } finally {
                done();
              }
            },
            name);
    thread.start();
  }

  private void done() {
    if (tasks.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(0);
    }
  }

  private void answer(String word, Path execution, String reason) {
    synchronized (answers) {
      answers.println(word + " " + encode(execution.toString()) + " " + encode(reason));
      answers.flush();
    }
  }

  // ---- output

  private void copy(Path execution, boolean late) throws IOException, InterruptedException {
    ContainerFiles files = new ContainerFiles(execution);
    ContainerFiles.Launch launch;
    String token = UUID.randomUUID().toString();
    try {
      launch = files.launch().orElseThrow(() -> new IOException("there is no launch"));
      files.writeCopier(ProcessHandle.current().pid(), token);
    } catch (IOException | RuntimeException e) {
      answer("failed", execution, e.toString());
      return;
    }
    attached.put(token, launch.container());
    try {
      copy(execution, files, launch, token, late);
    } finally {
      attached.remove(token);
    }
    // A launch that is tried again with other ports has another copier.
    if (files.isCopier(token)) {
      files.writeOutputComplete();
    }
  }

  private void copy(
      Path execution,
      ContainerFiles files,
      ContainerFiles.Launch launch,
      String token,
      boolean late)
      throws IOException, InterruptedException {
    boolean answered = false;
    try (RollingLog stdout = new RollingLog(launch.stdout());
        RollingLog stderr = new RollingLog(launch.stderr())) {
      boolean gap = late;
      boolean again;
      do {
        CompletableFuture<Void> end = new CompletableFuture<>();
        AtomicLong frames = new AtomicLong();
        try {
          if (gap) {
            sayGap(stderr);
          }
          try (Closeable stream =
              engine.attach(
                  launch.container(),
                  frame -> {
                    frames.incrementAndGet();
                    write(frame, stdout, stderr);
                  },
                  why -> end(end, why))) {
            if (!answered) {
              answer("attached", execution, "");
              answered = true;
            }
            awaitEnd(launch.container(), end, frames);
          }
          gap = false;
        } catch (ExecutionException e) {
          log(launch.container() + ": its output broke off: " + e.getCause());
          gap = true;
        } catch (EngineException e) {
          if (!answered && !late) {
            answer("failed", execution, e.getMessage());
            return;
          }
          gap = e.isUnanswered();
        }
        Look seen = look(launch.container(), files, gap);
        gap |= seen == Look.ENDED_UNSEEN;
        again = seen == Look.RUNS;
      } while (again && files.isCopier(token));
      if (gap && !again) {
        // What it wrote until its end nobody has read.
        sayGap(stderr);
      }
    }
    if (!answered) {
      answer("failed", execution, "the container has ended");
    }
  }

  /**
   * Waits until there is no more output. A stream that was attached late may never end, though its
   * container has; so that is looked at too.
   */
  private void awaitEnd(String container, CompletableFuture<Void> end, AtomicLong frames)
      throws ExecutionException, InterruptedException {
    boolean ended = false;
    while (true) {
      long before = frames.get();
      try {
        end.get((ended ? SETTLED : LOOK_WHETHER_ENDED).toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        if (ended && frames.get() == before) {
          log(container + ": has ended, but its output has not");
          return;
        }
        ended = ended || hasEnded(container);
      }
    }
  }

  private boolean hasEnded(String container) {
    try {
      Optional<Engine.State> state = engine.state(container);
      return state.isEmpty() || state.get().hasEnded();
    } catch (EngineException e) {
      return false;
    }
  }

  private static void end(CompletableFuture<Void> end, Throwable failure) {
    if (failure == null) {
      end.complete(null);
    } else {
      end.completeExceptionally(failure);
    }
  }

  private static void write(Frame frame, RollingLog stdout, RollingLog stderr) {
    (frame.getStreamType() == StreamType.STDERR ? stderr : stdout)
        .append(ByteBuffer.wrap(frame.getPayload()));
  }

  private enum Look {
    RUNS,
    ENDED,
    /** While the engine was away: the end of its output may have been the engine's. */
    ENDED_UNSEEN
  }

  /**
   * Whether a container runs although its output has ended; waits until that is clear, or nobody is
   * interested any more.
   *
   * @param now whether the first answer counts
   */
  private Look look(String container, ContainerFiles files, boolean now) {
    long end = System.nanoTime() + SETTLED.toNanos();
    Look ended = Look.ENDED;
    while (files.exist()) {
      try {
        Optional<Engine.State> state = engine.state(container);
        if (state.isEmpty() || state.get().hasEnded()) {
          return ended;
        }
        if (now || System.nanoTime() > end) {
          return Look.RUNS;
        }
        LockSupport.parkNanos(LOOK_AGAIN.toNanos());
      } catch (EngineException e) {
        ended = Look.ENDED_UNSEEN;
        LockSupport.parkNanos(ENGINE_AGAIN.toNanos());
      }
    }
    return Look.ENDED;
  }

  private static void sayGap(RollingLog stderr) {
    stderr.append(ByteBuffer.wrap(GAP.getBytes(StandardCharsets.UTF_8)));
  }

  // ---- stops

  private void stop(Path execution) throws IOException {
    ContainerFiles files = new ContainerFiles(execution);
    Optional<ContainerFiles.Launch> launch = files.launch();
    Optional<Instant> deadline = files.stop();
    if (launch.isEmpty() || deadline.isEmpty()) {
      return;
    }
    String container = launch.get().container();
    Duration grace = Duration.between(Instant.now(), deadline.get());
    if (!grace.isNegative() && !grace.isZero()) {
      // The engine counts in seconds, and goes on even without this process.
      int seconds = (int) Math.min(Integer.MAX_VALUE / 2, grace.plusMillis(999).toSeconds());
      begin("ask", () -> ask(container, seconds));
      while (files.exist() && !files.isOutputComplete()) {
        Duration left = Duration.between(Instant.now(), deadline.get());
        if (left.isNegative() || left.isZero()) {
          break;
        }
        LockSupport.parkNanos(Math.min(left.toNanos(), LOOK_AGAIN.toNanos()));
      }
    }
    kill(container, files);
  }

  /** Leaves nothing of a container whose owner is gone, and which must not outlive it. */
  private void end(String container) {
    ask(container, SECONDS_WITHOUT_OWNER);
    while (true) {
      try {
        engine.remove(container);
        return;
      } catch (EngineException e) {
        log(container + ": it can't be removed now: " + e.getMessage());
        LockSupport.parkNanos(ENGINE_AGAIN.toNanos());
      }
    }
  }

  private void ask(String container, int seconds) {
    try {
      engine.stop(container, seconds);
    } catch (EngineException e) {
      // The deadline comes all the same.
      log(container + ": it could not be asked to end: " + e.getMessage());
    }
  }

  private void kill(String container, ContainerFiles files) {
    while (files.exist()) {
      try {
        engine.kill(container);
        return;
      } catch (EngineException e) {
        log(container + ": it can't be killed now: " + e.getMessage());
        LockSupport.parkNanos(ENGINE_AGAIN.toNanos());
      }
    }
  }
}
