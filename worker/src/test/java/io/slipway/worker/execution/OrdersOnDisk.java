package io.slipway.worker.execution;

import io.slipway.model.DeployMode;
import io.slipway.model.ExecutionId;
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
}
