package io.slipway.worker.execution;

import com.google.protobuf.ByteString;
import io.slipway.model.DeployMode;
import io.slipway.model.Ending;
import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutionState;
import io.slipway.model.LaunchTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;

/** Makes the execution directory of an order that was taken and not launched. */
public final class OrdersOnDisk {
  private OrdersOnDisk() {}

  /** Tells where its spec is. */
  public static Path write(Path root, ExecutionId driver, LaunchTemplate template, String launcher)
      throws IOException {
    ExecutionDirectory directory = new ExecutionDirectory(root, driver);
    directory.create(
        new StoredLaunch(
                new OrderedLaunch(
                    driver,
                    driver.number(),
                    1,
                    DeployMode.CLUSTER,
                    template,
                    "application-token-of-a-test",
                    Optional.empty(),
                    Optional.empty()),
                launcher,
                Collections.emptySortedMap())
            .encode());
    return directory.path().resolve("spec");
  }

  /** Makes the execution directory of an execution that has ended, unacknowledged. */
  public static void writeEnd(Path root, ExecutionId id) throws IOException {
    ExecutionDirectory directory = new ExecutionDirectory(root, id);
    directory.create(new byte[0]);
    directory.writeExit(
        StoredLaunch.encodeEnd(
            new ExecutionSnapshot(
                id,
                ExecutionState.ENDED,
                Optional.of(Ending.exited(0)),
                ByteString.copyFrom(new byte[ExecutionSnapshot.TAIL_BYTES]),
                ByteString.copyFrom(new byte[ExecutionSnapshot.TAIL_BYTES]),
                Collections.emptySortedMap(),
                "fake")));
  }
}
