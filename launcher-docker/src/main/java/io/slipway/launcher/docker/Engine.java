package io.slipway.launcher.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.WaitResponse;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Docker engine behind a socket of this machine. Safe for use by several threads. */
final class Engine implements AutoCloseable {
  /** The label with the worker's id. */
  static final String WORKER_LABEL = "slipway.worker";

  /** The label with the execution's id. */
  static final String EXECUTION_LABEL = "slipway.execution";

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration LOOK_FOR_INTERRUPT = Duration.ofMillis(100);

  /** Creating and starting can wait for a disk, and for many that were asked for before. */
  private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(2);

  private static final Duration EVENT_AGE = Duration.ofMinutes(1);

  private static final Duration EVENT_DELAY = Duration.ofMillis(500);

  private static final Pattern MESSAGE = Pattern.compile("\\{\"message\":\"(.*)\"\\}");

  private final Path socket;
  private final DockerClient quick;
  private final DockerClient patient;

  /**
   * An image of the engine's.
   *
   * @param id by content
   * @param environment what it sets
   */
  record Image(String id, Map<String, String> environment) {}

  /**
   * A container's state.
   *
   * @param owner the worker in its label; empty if it has none
   * @param execution the execution in its label; empty if it has none
   * @param status the engine's word: created, running, paused, exited, dead...
   * @param exitCode 128 + n for an end by signal n
   * @param memoryExhausted whether the kernel has killed a process of it for memory
   * @param error why it could not be started; may be empty
   */
  record State(
      String owner,
      String execution,
      String status,
      int exitCode,
      boolean memoryExhausted,
      String error) {
    boolean isCreated() {
      return status.equals("created");
    }

    /** The same, and the kernel has killed a process of it for memory. */
    State withMemoryExhausted() {
      return new State(owner, execution, status, exitCode, true, error);
    }

    boolean hasEnded() {
      return status.equals("exited") || status.equals("dead");
    }
  }

  /** Connects when it is first asked for something. */
  Engine(Path socket) {
    this.socket = socket;
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost("unix://" + socket)
            .withDockerTlsVerify(false)
            .build();
    this.quick = client(config, RESPONSE_TIMEOUT);
    this.patient = client(config, Duration.ZERO);
  }

  private static DockerClient client(DockerClientConfig config, Duration responseTimeout) {
    ZerodepDockerHttpClient.Builder transport =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .connectionTimeout(CONNECT_TIMEOUT);
    if (!responseTimeout.isZero()) {
      transport.responseTimeout(responseTimeout);
    }
    return DockerClientImpl.getInstance(config, transport.build());
  }

  /** Where it is. */
  Path socket() {
    return socket;
  }

  /** Whether it answers. */
  void ping() throws EngineException {
    ask(() -> quick.pingCmd().exec());
  }

  /** An image, if the engine has it. */
  Optional<Image> findImage(String name) throws EngineException {
    try {
      InspectImageResponse found = ask(() -> quick.inspectImageCmd(name).exec());
      Map<String, String> environment = new LinkedHashMap<>();
      if (found.getConfig() != null && found.getConfig().getEnv() != null) {
        Arrays.stream(found.getConfig().getEnv())
            .map(entry -> entry.split("=", 2))
            .forEach(entry -> environment.put(entry[0], entry.length > 1 ? entry[1] : ""));
      }
      return Optional.of(new Image(found.getId(), environment));
    } catch (EngineException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Fetches an image from its registry; blocks until it is there.
   *
   * @param interrupted breaks off when it turns true
   */
  void pull(String name, AtomicBoolean interrupted) throws EngineException, InterruptedException {
    // Without a tag the engine would fetch all of them.
    String reference = name.contains("@") || name.matches(".*:[^/]*") ? name : name + ":latest";
    CompletableFuture<Void> done = new CompletableFuture<>();
    ResultCallback.Adapter<PullResponseItem> callback =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(PullResponseItem item) {
            if (item.getErrorDetail() != null) {
              done.completeExceptionally(new IOException(item.getErrorDetail().getMessage()));
            }
          }

          @Override
          public void onError(Throwable failure) {
            done.completeExceptionally(failure);
            super.onError(failure);
          }

          @Override
          public void onComplete() {
            done.complete(null);
            super.onComplete();
          }
        };
    try (callback) {
      ask(() -> patient.pullImageCmd(reference).exec(callback));
      while (true) {
        try {
          done.get(LOOK_FOR_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS);
          return;
        } catch (TimeoutException e) {
          if (interrupted.get()) {
            throw new InterruptedException();
          }
        }
      }
    } catch (ExecutionException e) {
      throw translate(e.getCause());
    } catch (IOException e) {
      throw translate(e);
    }
  }

  /** Loads an image from an archive as {@code docker save} makes it. */
  void load(InputStream archive) throws EngineException {
    ask(() -> patient.loadImageCmd(archive).exec());
  }

  /** Makes a container, which does not run yet. */
  void create(ContainerRequest request) throws EngineException {
    ask(() -> request.fill(quick.createContainerCmd(request.image())).exec());
  }

  void start(String container) throws EngineException {
    ask(() -> quick.startContainerCmd(container).exec());
  }

  /** A container's state; empty if there is none of the name. */
  Optional<State> state(String container) throws EngineException {
    try {
      InspectContainerResponse found = ask(() -> quick.inspectContainerCmd(container).exec());
      Map<String, String> labels =
          found.getConfig().getLabels() == null ? Map.of() : found.getConfig().getLabels();
      InspectContainerResponse.ContainerState state = found.getState();
      return Optional.of(
          new State(
              labels.getOrDefault(WORKER_LABEL, ""),
              labels.getOrDefault(EXECUTION_LABEL, ""),
              String.valueOf(state.getStatus()),
              state.getExitCodeLong() == null ? 0 : state.getExitCodeLong().intValue(),
              Boolean.TRUE.equals(state.getOOMKilled()),
              state.getError() == null ? "" : state.getError()));
    } catch (EngineException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Whether the kernel has killed a process of a container for memory in the last minute, or does
   * so within a moment. An engine with much to do may hear of it after it has heard of the end, and
   * then does not say so in the container's state; it has an event for it all the same.
   */
  boolean ranOutOfMemory(String container) throws EngineException, InterruptedException {
    Instant now = Instant.now();
    AtomicBoolean found = new AtomicBoolean();
    ResultCallback.Adapter<Event> callback =
        new ResultCallback.Adapter<>() {
          @Override
          public void onNext(Event event) {
            found.set(true);
          }
        };
    ask(
        () ->
            quick
                .eventsCmd()
                .withSince(timestamp(now.minus(EVENT_AGE)))
                .withUntil(timestamp(now.plus(EVENT_DELAY)))
                .withContainerFilter(container)
                .withEventFilter("oom")
                .exec(callback));
    callback.awaitCompletion();
    return found.get();
  }

  /** As the engine takes it: seconds since 1970 with a fraction. */
  private static String timestamp(Instant instant) {
    return String.format(Locale.ROOT, "%d.%09d", instant.getEpochSecond(), instant.getNano());
  }

  /**
   * Calls once when a container does not run any more, or when that can't be waited for; on a
   * thread of this object's.
   */
  Closeable whenEnded(String container, Runnable call) {
    AtomicBoolean called = new AtomicBoolean();
    ResultCallback.Adapter<WaitResponse> callback =
        new ResultCallback.Adapter<>() {
          private void callOnce() {
            if (called.compareAndSet(false, true)) {
              call.run();
            }
          }

          @Override
          public void onError(Throwable failure) {
            callOnce();
            super.onError(failure);
          }

          @Override
          public void onComplete() {
            callOnce();
            super.onComplete();
          }
        };
    return patient.waitContainerCmd(container).exec(callback);
  }

  /**
   * Asks a container to end, and kills it after the grace; blocks until it has ended. The engine
   * goes on with it when this process dies.
   *
   * @param seconds the grace, positive
   * @return false if it did not run any more
   */
  boolean stop(String container, int seconds) throws EngineException {
    try {
      return ask(
          () -> {
            patient.stopContainerCmd(container).withTimeout(seconds).exec();
            return true;
          });
    } catch (EngineException e) {
      if (e.isNotFound() || e.getCause() instanceof NotModifiedException) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Kills a container.
   *
   * @return false if it did not run any more
   */
  boolean kill(String container) throws EngineException {
    try {
      ask(() -> quick.killContainerCmd(container).withSignal("KILL").exec());
      return true;
    } catch (EngineException e) {
      if (e.isNotFound() || e.isConflict()) {
        return false;
      }
      throw e;
    }
  }

  /** Kills what runs in a container, and removes it with its volumes; no effect without one. */
  void remove(String container) throws EngineException {
    try {
      ask(() -> quick.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec());
    } catch (EngineException e) {
      // A conflict: its removal is under way.
      if (!e.isNotFound() && !e.isConflict()) {
        throw e;
      }
    }
  }

  /** Removes a container that does not run; false if it does. */
  boolean removeUnlessRunning(String container) throws EngineException {
    try {
      ask(() -> quick.removeContainerCmd(container).withRemoveVolumes(true).exec());
    } catch (EngineException e) {
      if (e.isConflict()) {
        return false;
      }
      if (!e.isNotFound()) {
        throw e;
      }
    }
    return true;
  }

  /** Names and executions of all containers of a worker. */
  Map<String, String> containersOf(String worker) throws EngineException {
    List<Container> found =
        ask(
            () ->
                quick
                    .listContainersCmd()
                    .withShowAll(true)
                    .withLabelFilter(Map.of(WORKER_LABEL, worker))
                    .exec());
    Map<String, String> containers = new LinkedHashMap<>();
    for (Container container : found) {
      containers.put(container.getId(), container.getLabels().getOrDefault(EXECUTION_LABEL, ""));
    }
    return containers;
  }

  /**
   * A file of a container, which need not run, as a tar archive.
   *
   * @throws EngineException not found, if there is no such file
   */
  InputStream archive(String container, String path) throws EngineException {
    return ask(() -> quick.copyArchiveFromContainerCmd(container, path).exec());
  }

  /**
   * Passes on what a container writes from now on; blocks until that is so.
   *
   * @param frames called on one thread of this object's, which may block and so slow the container
   *     down
   * @param end called once, with the failure or null
   */
  Closeable attach(String container, Consumer<Frame> frames, Consumer<Throwable> end)
      throws EngineException, InterruptedException {
    CompletableFuture<Void> started = new CompletableFuture<>();
    ResultCallback.Adapter<Frame> callback =
        new ResultCallback.Adapter<>() {
          @Override
          public void onStart(Closeable stream) {
            super.onStart(stream);
            started.complete(null);
          }

          @Override
          public void onNext(Frame frame) {
            frames.accept(frame);
          }

          @Override
          public void onError(Throwable failure) {
            if (!started.completeExceptionally(failure)) {
              end.accept(failure);
            }
            super.onError(failure);
          }

          @Override
          public void onComplete() {
            end.accept(null);
            super.onComplete();
          }
        };
    patient
        .attachContainerCmd(container)
        .withStdOut(true)
        .withStdErr(true)
        .withFollowStream(true)
        .exec(callback);
    try {
      started.get();
    } catch (ExecutionException e) {
      throw translate(e.getCause());
    }
    return callback;
  }

  private <T> T ask(Callable<T> question) throws EngineException {
    try {
      return question.call();
    } catch (Exception e) {
      throw translate(e);
    }
  }

  private EngineException translate(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DockerException refused) {
        return new EngineException(
            refused.getHttpStatus(), message(String.valueOf(refused.getMessage())), refused);
      }
      if (cause instanceof IOException || cause instanceof UncheckedIOException) {
        Throwable root = cause;
        while (root.getCause() != null) {
          root = root.getCause();
        }
        return new EngineException(
            0,
            "the Docker engine at " + socket + " does not answer: " + root.getMessage(),
            failure);
      }
    }
    return new EngineException(
        0, "the Docker engine at " + socket + " can't be used: " + failure, failure);
  }

  private static String message(String text) {
    Matcher matcher = MESSAGE.matcher(text);
    return (matcher.find() ? matcher.group(1) : text).replace("\\\"", "\"").replace("\\n", " ");
  }

  @Override
  public void close() {
    for (DockerClient client : new ArrayList<>(List.of(quick, patient))) {
      try {
        client.close();
      } catch (IOException e) {
        // Its connections end with it.
        continue;
      }
    }
  }
}
