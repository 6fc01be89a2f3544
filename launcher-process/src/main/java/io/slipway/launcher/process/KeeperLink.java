package io.slipway.launcher.process;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** A launcher's side of the connection to one keeper. */
final class KeeperLink implements AutoCloseable {
  private final KeeperHome home;
  private final Connection connection;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
  private volatile boolean lost;
  private volatile boolean released;

  KeeperLink(KeeperHome home, Connection connection) {
    this.home = home;
    this.connection = connection;
  }

  KeeperHome home() {
    return home;
  }

  /**
   * Begins to receive.
   *
   * @param ended told of each end that the keeper reports by itself
   * @param lost called once, when the connection is gone
   */
  void start(Consumer<Message.Ended> ended, Runnable lost) {
    Thread thread =
        new Thread(
            () -> {
              receive(ended);
              lost.run();
            },
            "slipway-" + home.id());
    thread.setDaemon(true);
    thread.start();
  }

  private void receive(Consumer<Message.Ended> ended) {
    try {
      while (true) {
        Message message = connection.receive();
        if (message instanceof Message.Running running) {
          answer(running.request(), running);
        } else if (message instanceof Message.Refused refused) {
          answer(refused.request(), refused);
        } else if (message instanceof Message.Elsewhere elsewhere) {
          answer(elsewhere.request(), elsewhere);
        } else if (message instanceof Message.Used used) {
          answer(used.request(), used);
        } else if (message instanceof Message.Ended end) {
          if (end.request() != 0) {
            answer(end.request(), end);
          } else {
            ended.accept(end);
          }
        }
      }
    } catch (IOException e) {
      lost = true;
      connection.close();
      pending.values().forEach(future -> future.completeExceptionally(e));
    }
  }

  private void answer(long request, Message message) {
    CompletableFuture<Message> future = pending.remove(request);
    if (future != null) {
      future.complete(message);
    }
  }

  /** A request under way. */
  record Request(long number, CompletableFuture<Message> reply) {}

  /**
   * Sends a request.
   *
   * @param message makes the message from the request's number
   * @return with a reply that fails with an {@link IOException} if the keeper is gone
   */
  Request request(LongFunction<Message> message) {
    long number = numbers.incrementAndGet();
    CompletableFuture<Message> reply = new CompletableFuture<>();
    pending.put(number, reply);
    connection.send(message.apply(number));
    if (lost) {
      reply.completeExceptionally(new IOException("the supervisor is gone"));
    }
    return new Request(number, reply);
  }

  /** Sends a message that has no answer; if the keeper is gone, that shows elsewhere. */
  void tell(Message message) {
    connection.send(message);
  }

  /** Whether it is this launcher that has closed the connection. */
  boolean isReleased() {
    return released;
  }

  /** Whether there is no connection any more. */
  boolean isLost() {
    return lost;
  }

  @Override
  public void close() {
    released = true;
    connection.close();
  }
}
