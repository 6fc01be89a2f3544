package io.slipway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.HostPort;
import io.slipway.proto.submission.v1.SubmissionServiceGrpc;
import io.slipway.rpc.AccessRule;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Principal;
import io.slipway.rpc.RpcServer;
import io.slipway.rpc.Servers;
import io.slipway.rpc.TokenFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user is told whose token is another one. */
@Timeout(60)
class WrongTokenTest {
  @TempDir private Path directory;
  private TokenFiles tokens;

  @BeforeEach
  void makeTokens() throws Exception {
    tokens = new TokenFiles(directory);
    tokens.createMissing("alice");
  }

  /** Asks somebody who takes the tokens of {@code known}. */
  private Invocation ask(Authenticator known) throws IOException {
    try (RpcServer master =
        Servers.at(new HostPort("127.0.0.1", 0), known)
            .service(
                new SubmissionServiceGrpc.SubmissionServiceImplBase() {},
                AccessRule.allow(Principal.Kind.USER))
            .open()) {
      return Invocation.of(
          "list",
          "--master",
          master.advertised().toString(),
          "--token-file",
          directory.resolve("user-token").toString());
    }
  }

  @Test
  void list_tokenOfAnotherCluster_isSaid() throws Exception {
    Invocation invocation = ask(Authenticator.cluster("another-token-0123456789"));

    assertThat(invocation.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(invocation.err())
        .isEqualTo(
            "slipway list: the token is not valid here; check --token-file: it must be a token of"
                + " that cluster\n");
  }

  @Test
  void list_tokenOfThatClusterThatIsNoUsers_isSaid() throws Exception {
    Invocation invocation = ask(Authenticator.cluster(tokens.userToken().token()));

    assertThat(invocation.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(invocation.err())
        .startsWith("slipway list: cluster member may not call ")
        .endsWith("; check --token-file: it must be a user's token, as in the file 'user-token'\n");
  }
}
