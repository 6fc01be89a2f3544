package io.slipway.client;

import io.slipway.model.TimeSpan;
import io.slipway.rpc.Refusal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * The blocking and the asynchronous form of a call, both made of the future that the connections'
 * thread completes.
 *
 * @param timeout how long a call may last; empty for as long as it takes
 */
record Calls(Optional<Duration> timeout) {
  /** Waits for an answer. An interrupt, or the end of the time, cancels what is waited for. */
  <T> T await(CompletableFuture<T> answer) throws InterruptedException {
    try {
      return awaitAny(answer);
    } catch (ExecutionException e) {
      throw exception(e);
    }
  }

  /** The same, with the failure as it is. */
  <T> T awaitAny(CompletableFuture<T> answer) throws InterruptedException, ExecutionException {
    boolean answered = false;
    try {
      T value =
          timeout.isPresent()
              ? answer.get(timeout.get().toNanos(), TimeUnit.NANOSECONDS)
              : answer.get();
      answered = true;
      return value;
    } catch (TimeoutException e) {
      throw timedOut(e);
    } finally {
      if (!answered) {
        answer.cancel(true);
      }
    }
  }

  /**
   * What users are given: completes on the JDK's common pool, never on a thread of ours, and fails
   * with what the blocking form would throw. Cancelling it cancels the call.
   */
  <T> CompletableFuture<T> forUsers(CompletableFuture<T> answer) {
    CompletableFuture<T> told = new CompletableFuture<>();
    CompletableFuture<T> inTime =
        timeout.isPresent()
            ? answer.copy().orTimeout(timeout.get().toNanos(), TimeUnit.NANOSECONDS)
            : answer;
    inTime.whenCompleteAsync(
        (value, failure) -> {
          if (failure == null) {
            told.complete(value);
          } else if (unwrap(failure) instanceof TimeoutException e) {
            told.completeExceptionally(timedOut(e));
            answer.cancel(true);
          } else {
            told.completeExceptionally(cause(failure));
          }
        });
    return cancelling(told, answer);
  }

  private SlipwayException timedOut(TimeoutException cause) {
    return new SlipwayException(
        SlipwayException.Kind.TIMED_OUT,
        "",
        "no answer within " + TimeSpan.format(timeout.orElseThrow()),
        cause);
  }

  /** Like {@code thenApply}, but cancelling the result cancels what it comes from. */
  static <A, B> CompletableFuture<B> map(CompletableFuture<A> source, Function<A, B> function) {
    return cancelling(source.thenApply(function), source);
  }

  private static <T> CompletableFuture<T> cancelling(
      CompletableFuture<T> result, CompletableFuture<?> source) {
    result.whenComplete(
        (value, failure) -> {
          if (result.isCancelled()) {
            source.cancel(true);
          }
        });
    return result;
  }

  /**
   * Does work that blocks on a thread of its own, which is interrupted if the future is ended
   * otherwise.
   */
  static <T> CompletableFuture<T> onThread(String name, Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            name);
    thread.setDaemon(true);
    result.whenComplete(
        (value, failure) -> {
          // Somebody else has ended it.
          if (Thread.currentThread() != thread) {
            thread.interrupt();
          }
        });
    thread.start();
    return result;
  }

  /** A failed call as its users see it. */
  static RuntimeException exception(Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = unwrap(failure);
    return cause instanceof Refusal refusal ? Wire.exception(refusal) : cause;
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
