package io.slipway.monitoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.slipway.model.HostPort;
import io.slipway.rpc.ListenException;
import io.slipway.rpc.Servers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * An HTTP port for monitoring systems: {@code /healthz}, {@code /readyz} and {@code /metrics}. It
 * changes nothing, and tells nothing that is secret; who reaches it may read all of it.
 */
public final class MonitoringPort implements AutoCloseable {
  private static final int CONNECTIONS = 64;
  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final String EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

  private record Answer(int status, String type, String body) {}

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final HostPort address;

  private MonitoringPort(HttpServer server, ThreadPoolExecutor threads, HostPort address) {
    this.server = server;
    this.threads = threads;
    this.address = address;
  }

  /**
   * Opens the port.
   *
   * @param listen port 0 for a free one
   * @param insecure whether it may reach beyond loopback, although nothing is encrypted
   * @throws ListenException if it can't be opened, or reaches beyond this machine without leave
   */
  public static MonitoringPort open(
      HostPort listen, boolean insecure, Metrics metrics, Health health) throws ListenException {
    InetSocketAddress address = Servers.resolve(listen, insecure);
    limitPatience();
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new ListenException("can't listen on " + listen + ": " + e.getMessage(), e);
    }
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            CONNECTIONS,
            CONNECTIONS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "slipway-http");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    server.setExecutor(threads);
    MonitoringPort port =
        new MonitoringPort(server, threads, listen.withPort(server.getAddress().getPort()));
    port.serve("/healthz", () -> told(health.trouble().get()));
    port.serve("/readyz", () -> told(health.unready().get()));
    port.serve("/metrics", () -> new Answer(200, EXPOSITION, metrics.scrape()));
    port.serve(
        "/", () -> new Answer(404, PLAIN, "not found; there are /healthz, /readyz and /metrics\n"));
    server.start();
    return port;
  }

  /** Who opens connections and says nothing must not hold what we have for ever. */
  private static void limitPatience() {
    limit("sun.net.httpserver.maxReqTime", 10);
    limit("sun.net.httpserver.maxRspTime", 10);
    limit("jdk.httpserver.maxConnections", CONNECTIONS);
  }

  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  private static Answer told(Optional<String> trouble) {
    return trouble
        .map(why -> new Answer(503, PLAIN, why + "\n"))
        .orElseGet(() -> new Answer(200, PLAIN, "ok\n"));
  }

  private void serve(String path, Supplier<Answer> answer) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            respond(exchange, answer(exchange, path, answer));
          }
        });
  }

  private static Answer answer(HttpExchange exchange, String path, Supplier<Answer> answer) {
    // The server hands over all paths that only begin like this one.
    if (!exchange.getRequestURI().getPath().equals(path) && !path.equals("/")) {
      return new Answer(404, PLAIN, "not found\n");
    }
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return new Answer(405, PLAIN, "only GET and HEAD\n");
    }
    try {
      return answer.get();
    } catch (RuntimeException e) {
      return new Answer(500, PLAIN, "failed: " + e + "\n");
    }
  }

  private static void respond(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", answer.type());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
    } else {
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Where it listens. */
  public HostPort address() {
    return address;
  }

  /** Closes it at once. Idempotent. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
