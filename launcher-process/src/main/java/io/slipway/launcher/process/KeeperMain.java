package io.slipway.launcher.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** The program of a keeper. */
public final class KeeperMain {
  private KeeperMain() {}

  /**
   * Runs a keeper until it is not needed any more.
   *
   * @param arguments its directory, its socket, whether it outlives its owner, and, if there are
   *     control groups, the one for its executions
   */
  public static void main(String[] arguments) throws IOException {
    KeeperHome home = new KeeperHome(Path.of(arguments[0]));
    Path socket = Path.of(arguments[1]);
    Optional<Path> groups =
        arguments.length > 3 ? Optional.of(Path.of(arguments[3])) : Optional.empty();
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    // Out of reach of the terminal's signals to the owner.
    Libc.setsid();
    Libc.becomeSubreaper();
    home.begun(socket);
    System.out.println("ready");
    System.out.close();
    new Keeper(home, Boolean.parseBoolean(arguments[2]), groups).serve(server);
  }
}
