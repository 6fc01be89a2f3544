package io.slipway.rpc;

import java.time.Duration;

/** The limits of the protocol, by name; each is checked before anything is recorded. */
public final class Limits {
  /** Bytes of one message. */
  public static final int MESSAGE_BYTES = 4 << 20;

  /** Bytes of a submission, serialized; larger arguments travel as artifacts. */
  public static final int SUBMISSION_BYTES = 256 << 10;

  /** Bytes of the metadata of one call. */
  public static final int METADATA_BYTES = 16 << 10;

  /** Variables of one environment. */
  public static final int ENVIRONMENT_VARIABLES = 1_000;

  /** Files and class path entries of one template. */
  public static final int TEMPLATE_ARTIFACTS = 2_000;

  /** Labels of one worker. */
  public static final int LABELS = 64;

  /** Characters of a label's, option's or custom resource's name. */
  public static final int NAME_CHARACTERS = 128;

  /** Characters of a label's value. */
  public static final int LABEL_VALUE_CHARACTERS = 1_024;

  /** Resource profiles of one application. */
  public static final int PROFILES = 32;

  /** Executors of one application: the sum of its targets. A list of all must fit a message. */
  public static final int EXECUTORS = 10_000;

  /** Cores of one process or machine. */
  public static final int CORES = 65_536;

  /** Bytes of memory of one process or machine: 1 PiB. */
  public static final long MEMORY_BYTES = 1L << 50;

  /** Driver attempts of one application. */
  public static final int ATTEMPTS = 1_000;

  /** The longest time that any field may name. */
  public static final Duration DURATION = Duration.ofDays(365);

  /** Named ports of one process. */
  public static final int PORTS = 32;

  /** Digests in one question for missing artifacts. */
  public static final int FIND_MISSING_DIGESTS = 1_000;

  /** Data bytes of one message of an upload or download. */
  public static final int ARTIFACT_CHUNK_BYTES = 1 << 20;

  /** Data bytes of one message of a log. */
  public static final int LOG_CHUNK_BYTES = 64 << 10;

  /** Bytes that are kept of the end of each stream. */
  public static final int TAIL_BYTES = 4 << 10;

  /** Rows of one page. */
  public static final int PAGE_SIZE = 500;

  /** Rows of one page where none are asked for. */
  public static final int DEFAULT_PAGE_SIZE = 100;

  /** Streams that one principal may keep open at one server. */
  public static final int WATCHERS_PER_PRINCIPAL = 1_000;

  /** Applications of one principal that have not ended. */
  public static final int APPLICATIONS_PER_PRINCIPAL = 10_000;

  private Limits() {}

  /**
   * Checks a value against a limit.
   *
   * @throws Refusal {@code INVALID_ARGUMENT} with limit and value
   */
  public static void check(String what, long maximum, long value) {
    if (value > maximum) {
      throw Refusal.limitExceeded(what, maximum, value);
    }
  }
}
