package io.slipway.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives JUnit Jupiter tests a {@link LocalCluster}: one for all tests of a class if it stands in a
 * static field, one for each test if in another. Parameters of that type are filled in too.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LocalClusterExtension cluster = new LocalClusterExtension();
 *
 * @Test
 * void total_ofThreeTasks_isTheirSum() throws Exception {
 *   try (SlipwaySession session = cluster.get().session().executors(2).open()) {
 *     ...
 *   }
 * }
 * }</pre>
 */
public final class LocalClusterExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private final LocalCluster.Builder builder;
  private volatile LocalCluster cluster;

  /** What the cluster was started for, and ends with. */
  private volatile String owner = "";

  /** With two workers. */
  public LocalClusterExtension() {
    this(LocalCluster.builder());
  }

  /** With a cluster as it is described. */
  public LocalClusterExtension(LocalCluster.Builder builder) {
    this.builder = builder;
  }

  /**
   * The cluster.
   *
   * @throws IllegalStateException outside of the tests that it was registered for
   */
  public LocalCluster get() {
    LocalCluster running = cluster;
    if (running == null) {
      throw new IllegalStateException(
          "no cluster runs now: the extension starts it before the tests of its class, and has to"
              + " be registered with @RegisterExtension or @ExtendWith");
    }
    return running;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws InterruptedException {
    begin(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws InterruptedException {
    begin(context);
  }

  /** Nested classes, and tests of a class that has a cluster, use that one. */
  private void begin(ExtensionContext context) throws InterruptedException {
    if (cluster == null) {
      cluster = builder.start();
      owner = context.getUniqueId();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    end(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end(context);
  }

  private void end(ExtensionContext context) {
    LocalCluster running = cluster;
    if (running != null && owner.equals(context.getUniqueId())) {
      cluster = null;
      running.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalCluster.class;
  }

  @Override
  public LocalCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return get();
  }
}
