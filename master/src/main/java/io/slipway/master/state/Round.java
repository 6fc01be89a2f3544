package io.slipway.master.state;

import java.util.List;

/**
 * One record of the journal: facts in the order in which they were accepted, then decisions in the
 * order in which they were made.
 *
 * @param term of the leadership that decided it
 * @param number grows by one with each round
 * @param moment cluster time and wall clock
 * @param seed of choices that need chance
 * @param featureLevel the newest kinds that it may hold
 * @param facts what came from outside
 * @param decisions what was chosen
 */
public record Round(
    long term,
    long number,
    Moment moment,
    long seed,
    int featureLevel,
    List<Fact> facts,
    List<Decision> decisions) {
  /**
   * The newest kinds and fields of facts, decisions and rows that this program knows; grows with
   * each that is added, so that an older program refuses what it would misread. 2: in client mode,
   * who has the driver's lease. 3: time limits of applications.
   */
  public static final int FEATURE_LEVEL = 3;

  /** The most that a record may take, in bytes. */
  public static final int MAX_BYTES = 512 * 1024;

  /** Copies. */
  public Round {
    facts = List.copyOf(facts);
    decisions = List.copyOf(decisions);
  }
}
