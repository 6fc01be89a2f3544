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
  /** The newest kinds of facts and decisions that this program knows. */
  public static final int FEATURE_LEVEL = 1;

  /** The most that a record may take, in bytes. */
  public static final int MAX_BYTES = 512 * 1024;

  /** Copies. */
  public Round {
    facts = List.copyOf(facts);
    decisions = List.copyOf(decisions);
  }
}
