package io.slipway.executor;

import io.slipway.model.ExecutionId;
import io.slipway.model.ExecutorProfile;
import io.slipway.model.HostPort;
import io.slipway.model.SlipwayEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an executor finds in its environment.
 *
 * @param id its execution
 * @param attempt the driver attempt that it belongs to
 * @param profile the name of its profile
 * @param cores tasks that it runs at a time
 * @param host the name under which its machine is reached, for people
 * @param masters the masters' addresses
 * @param token the application token
 * @param driver the driver's address, if it was known at the launch
 * @param directory its working directory
 */
record ExecutorSettings(
    ExecutionId id,
    int attempt,
    String profile,
    int cores,
    String host,
    List<HostPort> masters,
    String token,
    Optional<HostPort> driver,
    Path directory) {

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException naming the variable, if one is missing or malformed
   */
  static ExecutorSettings of(Map<String, String> environment) {
    String driver = environment.getOrDefault(SlipwayEnvironment.DRIVER, "");
    String advertise = environment.getOrDefault(SlipwayEnvironment.ADVERTISE, "");
    return new ExecutorSettings(
        ExecutionId.parse(variable(environment, SlipwayEnvironment.EXECUTION_ID)),
        number(environment, SlipwayEnvironment.ATTEMPT),
        environment.getOrDefault(SlipwayEnvironment.PROFILE, ExecutorProfile.DEFAULT_NAME),
        number(environment, SlipwayEnvironment.CORES),
        advertise.isEmpty() ? "" : HostPort.parse(advertise).host(),
        HostPort.parseList(variable(environment, SlipwayEnvironment.MASTERS)),
        variable(environment, SlipwayEnvironment.TOKEN),
        driver.isEmpty() ? Optional.empty() : Optional.of(HostPort.parse(driver)),
        Path.of("").toAbsolutePath());
  }

  private static int number(Map<String, String> environment, String name) {
    String value = variable(environment, name);
    try {
      int number = Integer.parseInt(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is no number: '" + value + "'", e);
    }
    throw new IllegalArgumentException(name + " is not positive: '" + value + "'");
  }

  private static String variable(Map<String, String> environment, String name) {
    String value = environment.get(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("no variable " + name + " in the environment");
    }
    return value;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "ExecutorSettings[" + id + ", attempt " + attempt + ", driver " + driver + "]";
  }
}
