package io.slipway.cli;

import io.slipway.client.SlipwayClient;
import io.slipway.model.HostPort;
import io.slipway.rpc.UserToken;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a cluster something and shows the answer. */
abstract class ClientCommand implements Callable<Integer> {
  /** How long a command waits for a master that answers. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  @Mixin private HelpOption help;

  @Mixin private ConnectionOptions connection;

  @Spec private CommandSpec spec;

  private String caller;

  /** Asks and shows; failures are explained by {@link Failures}. */
  abstract int ask(SlipwayClient client) throws Exception;

  @Override
  public final Integer call() throws Exception {
    Logging.quiet();
    List<HostPort> masters = connection.masters();
    UserToken token = connection.token();
    caller = token.name();
    try (SlipwayClient client = SlipwayClient.connect(masters, token.token(), PATIENCE)) {
      return ask(client);
    }
  }

  /** The name in the user's token: who asks. */
  final String caller() {
    return caller;
  }

  /** Where results go. */
  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Where everything else goes. */
  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
