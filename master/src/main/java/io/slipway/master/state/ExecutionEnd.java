package io.slipway.master.state;

import com.google.protobuf.ByteString;
import io.slipway.model.Ending;

/**
 * How an execution ended.
 *
 * @param ending as its launcher saw it
 * @param stdout the last lines of standard output, at most 4 KiB
 * @param stderr the last lines of standard error, at most 4 KiB
 * @param at when it was confirmed
 * @param corrected whether it was lost before its worker's durable record told the truth
 */
public record ExecutionEnd(
    Ending ending, ByteString stdout, ByteString stderr, Moment at, boolean corrected) {
  /** The most that is kept of each stream. */
  public static final int LAST_BYTES = 4096;
}
