package io.slipway.launcher.process;

import io.slipway.launcher.testing.ContractBed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The keepers of a launcher under test. */
final class TestKeepers {
  private TestKeepers() {}

  /** Those that live. */
  static List<KeeperHome> alive(Path launcherDirectory) {
    try (Stream<Path> homes = Files.list(launcherDirectory.resolve("keepers"))) {
      return homes.map(KeeperHome::new).filter(KeeperHome::isAlive).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Closes the launcher, waits until no keeper lives, and removes everything. */
  static void close(ContractBed bed) throws Exception {
    bed.stopAll();
    bed.launcher().close();
    ContractBed.await(() -> alive(bed.launcherDirectory()).isEmpty(), "the keepers did not end");
    bed.close();
  }

  /** Waits until one lives. */
  static KeeperHome awaitOne(Path launcherDirectory) {
    ContractBed.await(() -> !alive(launcherDirectory).isEmpty(), "no keeper came up");
    return alive(launcherDirectory).get(0);
  }
}
