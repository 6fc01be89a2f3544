package io.slipway.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user is told whose {@code --master} is something else. */
@Timeout(120)
class ITWrongMaster {
  @TempDir private Path directory;
  private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private interface Greeting {
    void greet(Socket caller) throws IOException;
  }

  /** Listens, and deals with each caller in its own way; returns the address. */
  private String listen(Greeting greeting) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(server);
    Thread accept =
        new Thread(
            () -> {
              try {
                while (true) {
                  Socket caller = server.accept();
                  open.add(caller);
                  greeting.greet(caller);
                }
              } catch (IOException closed) {
                return;
              }
            });
    accept.setDaemon(true);
    accept.start();
    return "127.0.0.1:" + server.getLocalPort();
  }

  private Invocation ask(String address) throws IOException {
    return Invocation.of("list", "--master", address, "--token-file", token());
  }

  /** Hands in something that needs no upload first. */
  private static Invocation submit(String address, String token) {
    return Invocation.of(
        "submit",
        "--deploy-mode",
        "cluster",
        "--master",
        address,
        "--token-file",
        token,
        "--",
        "true");
  }

  private String token() throws IOException {
    Path token = directory.resolve("user-token");
    if (!Files.exists(token)) {
      Files.createFile(
          token,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(token, "alice:" + "0".repeat(43) + "\n");
    }
    return token.toString();
  }

  private static void assertExplained(Invocation invocation, String address, String words) {
    assertThat(invocation.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(invocation.out()).isEmpty();
    assertThat(invocation.err().lines()).hasSize(1);
    assertThat(invocation.err()).contains(address).contains(words).contains("check --master");
  }

  @Test
  void master_isAnotherKindOfServer_isSaid() throws Exception {
    String web =
        listen(
            caller ->
                caller
                    .getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII)));
    String shell =
        listen(caller -> caller.getOutputStream().write("SSH-2.0-x\r\n".getBytes(US_ASCII)));

    assertExplained(ask(web), web, "is no Slipway master");
    assertExplained(ask(shell), shell, "is no Slipway master");
  }

  @Test
  void master_neverAnswers_isSaid() throws Exception {
    String silent = listen(caller -> {});

    assertExplained(ask(silent), silent, "does not answer");
  }

  @Test
  void submission_thatNoMasterCanHaveReceived_isNotSaidToBePerhapsAccepted() throws Exception {
    String closed = listen(caller -> {});
    close();
    String web =
        listen(
            caller ->
                caller
                    .getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII)));

    String unknown = "no-such-host.invalid:7077";
    String token = token();

    // Each waits for a master as long as it is patient.
    CompletableFuture<Invocation> toClosed =
        CompletableFuture.supplyAsync(() -> submit(closed, token));
    CompletableFuture<Invocation> toUnknown =
        CompletableFuture.supplyAsync(() -> submit(unknown, token));
    assertExplained(submit(web, token), web, "is no Slipway master");
    assertExplained(toClosed.join(), closed, "refuses connections");
    assertExplained(toUnknown.join(), unknown, "name");
  }

  @Test
  void master_closesAtOnce_isSaid() throws Exception {
    String closing = listen(Socket::close);

    assertExplained(ask(closing), closing, "no master answers");
  }
}
