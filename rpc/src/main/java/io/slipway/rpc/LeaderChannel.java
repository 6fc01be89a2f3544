package io.slipway.rpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.slipway.model.HostPort;
import io.slipway.proto.common.v1.Reason;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Calls whichever master leads, and follows the leader for ever. Every call is made again, the same
 * with the same ids, while its outcome is unknown; what is final arrives as a {@link Refusal}.
 * Connections are kept. Safe for use by several threads.
 */
public final class LeaderChannel implements AutoCloseable {
  private final Channels channels;
  private final Masters masters;
  private final Settings settings;
  private final Set<CompletableFuture<?>> underWay = ConcurrentHashMap.newKeySet();

  /**
   * What a leader channel needs.
   *
   * @param masters all masters' addresses, at least one
   * @param tokens the credentials of every call
   * @param patience of calls that name none
   * @param attemptTimeout after which one try of a unary call counts as unanswered
   * @param trouble told, on an arbitrary thread, why a call must be made again; must not block
   */
  public record Settings(
      List<HostPort> masters,
      TokenSource tokens,
      Patience patience,
      Duration attemptTimeout,
      Consumer<String> trouble) {
    /** Time-out of one try unless said otherwise. */
    public static final Duration DEFAULT_ATTEMPT_TIMEOUT = Duration.ofSeconds(10);

    /** Checks and copies. */
    public Settings {
      masters = List.copyOf(masters);
      if (masters.isEmpty()) {
        throw new IllegalArgumentException("no master's address");
      }
    }

    /** The usual time-out, and nobody told of trouble. */
    public static Settings of(List<HostPort> masters, TokenSource tokens, Patience patience) {
      return new Settings(masters, tokens, patience, DEFAULT_ATTEMPT_TIMEOUT, trouble -> {});
    }
  }

  /** Uses, and does not close, {@code channels}. Connects with the first call. */
  public LeaderChannel(Channels channels, Settings settings) {
    this.channels = channels;
    this.settings = settings;
    this.masters = new Masters(channels, settings.masters(), settings.tokens());
  }

  /** The address that the next call goes to: the leader's, as far as is known. */
  public HostPort leader() {
    return masters.current();
  }

  /**
   * Makes a unary call and waits for its answer.
   *
   * @throws Refusal if the call is refused for good, or patience has ended
   */
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request) throws InterruptedException {
    return call(method, request, settings.patience());
  }

  /** The same with another patience. */
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, Patience patience)
      throws InterruptedException {
    CompletableFuture<R> answer = callAsync(method, request, patience);
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw StatusMapping.toRefusal(e).atCaller();
    } catch (InterruptedException e) {
      answer.cancel(false);
      throw e;
    }
  }

  /**
   * Makes a unary call. The future fails with a {@link Refusal}; cancelling it cancels the call. It
   * completes on the channels' thread: what depends on it must not block.
   */
  public <Q, R> CompletableFuture<R> callAsync(MethodDescriptor<Q, R> method, Q request) {
    return callAsync(method, request, settings.patience());
  }

  /** The same with another patience. */
  public <Q, R> CompletableFuture<R> callAsync(
      MethodDescriptor<Q, R> method, Q request, Patience patience) {
    UnaryCall<Q, R> call = new UnaryCall<>(method, request, retries(method, patience));
    track(call.answer);
    call.attempt();
    return call.answer;
  }

  /**
   * Reads a stream to its end like {@link #follow}, without a thread that waits. The future
   * completes when the stream has ended or its reader wants no more, and fails with a {@link
   * Refusal}; cancelling it ends the reading.
   *
   * @param reader called on the channels' thread, one message at a time: must not block
   */
  public <Q, R> CompletableFuture<Void> followAsync(
      MethodDescriptor<Q, R> method, Supplier<Q> request, Predicate<R> reader, Patience patience) {
    FollowedStream<Q, R> stream =
        new FollowedStream<>(
            masters,
            channels,
            method,
            request,
            reader,
            retries(method, patience),
            settings.attemptTimeout());
    track(stream.end());
    stream.attempt();
    return stream.end();
  }

  /** What waits for its next try when this is closed would never hear of it. */
  private void track(CompletableFuture<?> call) {
    underWay.add(call);
    call.whenComplete((done, failure) -> underWay.remove(call));
  }

  /**
   * Reads a stream to its end, across breaks: after each a new stream is opened with a new request.
   * Blocks; messages are read as fast as {@code reader} takes them.
   *
   * @param request makes the request of each try, so that it can say where to continue
   * @param reader takes one message; false ends the reading
   * @throws Refusal if the call is refused for good, or patience has ended
   */
  public <Q, R> void follow(MethodDescriptor<Q, R> method, Supplier<Q> request, Predicate<R> reader)
      throws InterruptedException {
    follow(method, request, reader, settings.patience());
  }

  /** The same with another patience. */
  public <Q, R> void follow(
      MethodDescriptor<Q, R> method, Supplier<Q> request, Predicate<R> reader, Patience patience)
      throws InterruptedException {
    Retries retries = retries(method, patience);
    while (true) {
      HostPort address = masters.current();
      try {
        connect(address);
        try (ResponseStream<R> stream =
            ResponseStream.open(masters.channel(address), method, request.get())) {
          while (stream.hasNext()) {
            retries.progress(address);
            if (!reader.test(stream.next())) {
              return;
            }
          }
        }
        retries.progress(address);
        return;
      } catch (StreamBroken broken) {
        TimeUnit.NANOSECONDS.sleep(retries.delayAfter(address, broken.status, broken.trailers));
      }
    }
  }

  /**
   * Sends a stream of messages and waits for the one answer, across breaks. Blocks; messages are
   * taken from the iterator as fast as the other side takes them.
   *
   * @param attempt makes the messages of each try, so that they can begin where the last one came
   *     to
   * @throws Refusal if the call is refused for good, or patience has ended
   */
  public <Q, R> R send(MethodDescriptor<Q, R> method, Supplier<Iterator<Q>> attempt)
      throws InterruptedException {
    return send(method, attempt, settings.patience());
  }

  /** The same with another patience. */
  public <Q, R> R send(
      MethodDescriptor<Q, R> method, Supplier<Iterator<Q>> attempt, Patience patience)
      throws InterruptedException {
    Retries retries = retries(method, patience);
    while (true) {
      HostPort address = masters.current();
      try {
        connect(address);
        R answer =
            RequestStream.send(
                masters.channel(address), method, attempt.get(), () -> retries.progress(address));
        retries.progress(address);
        return answer;
      } catch (StreamBroken broken) {
        TimeUnit.NANOSECONDS.sleep(retries.delayAfter(address, broken.status, broken.trailers));
      }
    }
  }

  /** Drops all connections; calls that are under way fail. Idempotent. */
  @Override
  public void close() {
    masters.close();
    for (CompletableFuture<?> call : underWay) {
      call.completeExceptionally(
          Refusal.of(
              Status.Code.CANCELLED, Reason.REASON_UNSPECIFIED, "the connection has been closed"));
    }
  }

  private Retries retries(MethodDescriptor<?, ?> method, Patience patience) {
    return new Retries(masters, method, patience, settings.trouble());
  }

  /** Streams have no deadline, so something that takes connections and never speaks is met here. */
  private void connect(HostPort address) throws StreamBroken, InterruptedException {
    ManagedChannel channel = masters.channel(address);
    if (!Connecting.await(channel, settings.attemptTimeout())) {
      throw new StreamBroken(
          Status.DEADLINE_EXCEEDED.withDescription("no connection"), new Metadata());
    }
  }

  /** One unary call, over as many tries as it takes. */
  private final class UnaryCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private final Q request;
    private final Retries retries;
    private final CompletableFuture<R> answer = new CompletableFuture<>();
    private volatile ClientCall<Q, R> underWay;

    UnaryCall(MethodDescriptor<Q, R> method, Q request, Retries retries) {
      this.method = method;
      this.request = request;
      this.retries = retries;
      // Once, not with each try: there may be tries for days.
      answer.whenComplete(
          (done, failure) -> {
            ClientCall<Q, R> call = underWay;
            if (answer.isCancelled() && call != null) {
              call.cancel("cancelled by the caller", null);
            }
          });
    }

    void attempt() {
      if (answer.isDone()) {
        return;
      }
      HostPort address = masters.current();
      Departure departure = new Departure();
      try {
        ClientCall<Q, R> call =
            masters
                .channel(address)
                .newCall(
                    method,
                    CallOptions.DEFAULT
                        .withDeadlineAfter(
                            settings.attemptTimeout().toNanos(), TimeUnit.NANOSECONDS)
                        .withStreamTracerFactory(departure));
        CompletableFuture<R> once = new CompletableFuture<>();
        once.whenComplete((result, failure) -> finished(address, departure, result, failure));
        underWay = call;
        ClientCalls.asyncUnaryCall(call, request, new SingleAnswer<>(once));
        if (answer.isCancelled()) {
          call.cancel("cancelled by the caller", null);
        }
      } catch (RuntimeException e) {
        answer.completeExceptionally(StatusMapping.toRefusal(e));
      }
    }

    private void finished(HostPort address, Departure departure, R result, Throwable failure) {
      if (failure == null) {
        retries.progress(address);
        answer.complete(result);
        return;
      }
      if (answer.isDone()) {
        return;
      }
      try {
        io.grpc.StatusRuntimeException status = (io.grpc.StatusRuntimeException) unwrap(failure);
        channels.schedule(
            this::attempt,
            retries.delayAfter(
                address, departure.hasLeft(), status.getStatus(), status.getTrailers()));
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    }

    private static Throwable unwrap(Throwable failure) {
      return failure instanceof CompletionException ? failure.getCause() : failure;
    }
  }
}
