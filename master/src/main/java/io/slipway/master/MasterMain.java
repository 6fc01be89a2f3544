package io.slipway.master;

import io.slipway.rpc.NettyStart;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a master as a process: until a signal asks it to end, or it can't go on. */
public final class MasterMain {
  private static final int CAN_NOT_GO_ON = 1;

  private MasterMain() {}

  /**
   * Runs a master; returns only if it could not start. SIGTERM and SIGINT close it orderly; a
   * journal that can't go on ends the process with code 1.
   *
   * @param ready told once calls are answered
   * @throws MasterException if it could not start
   */
  public static void run(MasterSettings settings, Consumer<Master> ready) throws MasterException {
    NettyStart.prepare();
    Logger log = LoggerFactory.getLogger(MasterMain.class);
    Master master =
        new Master(
            settings,
            (message, cause) -> {
              log.error("the master ends: {}", message, cause.orElse(null));
              // No hooks: what is not on disk now must not be acknowledged any more.
              Runtime.getRuntime().halt(CAN_NOT_GO_ON);
            });
    master.start();
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  master.close();
                  log.info("the master has closed");
                  closed.countDown();
                },
                "master-shutdown"));
    master.ready().thenRun(() -> ready.accept(master));
    boolean ended = false;
    while (!ended) {
      try {
        closed.await();
        ended = true;
      } catch (InterruptedException e) {
        log.debug("nobody interrupts the main thread", e);
      }
    }
  }
}
