package io.slipway.model;

import java.util.List;

/** The names of the environment variables that every execution finds. */
public final class SlipwayEnvironment {
  /** What all of them begin with. */
  public static final String PREFIX = "SLIPWAY_";

  /** The masters' addresses, separated by commas. */
  public static final String MASTERS = "SLIPWAY_MASTERS";

  /** The application's id. */
  public static final String APPLICATION_ID = "SLIPWAY_APPLICATION_ID";

  /** The number of the driver attempt, from 1. */
  public static final String ATTEMPT = "SLIPWAY_ATTEMPT";

  /** The execution's id. */
  public static final String EXECUTION_ID = "SLIPWAY_EXECUTION_ID";

  /** The application token; a secret. */
  public static final String TOKEN = "SLIPWAY_TOKEN";

  /** {@code client} or {@code cluster}. */
  public static final String DEPLOY_MODE = "SLIPWAY_DEPLOY_MODE";

  /** Cores reserved for the process. */
  public static final String CORES = "SLIPWAY_CORES";

  /** Bytes of memory reserved for the process. */
  public static final String MEMORY = "SLIPWAY_MEMORY";

  /** Named ports: {@code name=host:port,…}; empty if there are none. */
  public static final String PORTS = "SLIPWAY_PORTS";

  /** The address to listen on, {@code host:port}; port 0 unless it is fixed. */
  public static final String LISTEN = "SLIPWAY_LISTEN";

  /**
   * The address under which others reach what listens there, {@code host:port}; port 0 means the
   * port listened on.
   */
  public static final String ADVERTISE = "SLIPWAY_ADVERTISE";

  /** {@code true} if listening beyond loopback without encryption is allowed. */
  public static final String INSECURE = "SLIPWAY_INSECURE";

  /** An executor's number within its application; executors only. */
  public static final String EXECUTOR_NUMBER = "SLIPWAY_EXECUTOR_NUMBER";

  /** The name of the executor's resource profile; executors only. */
  public static final String PROFILE = "SLIPWAY_PROFILE";

  /**
   * The driver's address, {@code host:port}; executors only, and empty while the driver has
   * registered none.
   */
  public static final String DRIVER = "SLIPWAY_DRIVER";

  /** Those of every execution, whose values may stand on a command line. */
  public static final List<String> PLACEHOLDERS =
      List.of(
          MASTERS,
          APPLICATION_ID,
          ATTEMPT,
          EXECUTION_ID,
          DEPLOY_MODE,
          CORES,
          MEMORY,
          PORTS,
          LISTEN,
          ADVERTISE,
          INSECURE,
          EXECUTOR_NUMBER,
          PROFILE,
          DRIVER);

  private SlipwayEnvironment() {}
}
