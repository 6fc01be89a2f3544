package io.slipway.master.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.slipway.master.proto.DecisionRecord;
import io.slipway.master.proto.FactRecord;
import io.slipway.master.proto.RoundRecord;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes the records of the journal. */
public final class RoundCodec {
  private RoundCodec() {}

  /** Writes a whole round. */
  public static ByteString encode(Round round) {
    RoundWriter writer =
        new RoundWriter(
            round.term(), round.number(), round.moment(), round.seed(), round.featureLevel());
    round.facts().forEach(writer::add);
    round.decisions().forEach(writer::add);
    return writer.finish();
  }

  /** How many bytes a fact takes in a record. */
  public static int bytes(Fact fact) {
    return FactCodec.encode(fact).getSerializedSize();
  }

  /**
   * Reads a record.
   *
   * @throws StateFormatException if it is damaged, or holds kinds that this program does not know
   */
  public static Round decode(ByteString record) throws StateFormatException {
    RoundRecord parsed;
    try {
      parsed = RoundRecord.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      throw new StateFormatException("a record of the journal is damaged", e);
    }
    if (parsed.getFeatureLevel() > Round.FEATURE_LEVEL) {
      throw new StateFormatException(
          "the journal was written at feature level "
              + parsed.getFeatureLevel()
              + ", and this program knows "
              + Round.FEATURE_LEVEL
              + ": run a newer version");
    }
    List<Fact> facts = new ArrayList<>(parsed.getFactsCount());
    List<Decision> decisions = new ArrayList<>(parsed.getDecisionsCount());
    try {
      for (FactRecord fact : parsed.getFactsList()) {
        facts.add(FactCodec.decode(fact));
      }
      for (DecisionRecord decision : parsed.getDecisionsList()) {
        decisions.add(DecisionCodec.decode(decision));
      }
    } catch (IllegalArgumentException e) {
      throw new StateFormatException(
          "round "
              + parsed.getNumber()
              + " of the journal can't be understood ("
              + e.getMessage()
              + "): it was written by a newer version, or is damaged",
          e);
    }
    return new Round(
        parsed.getTerm(),
        parsed.getNumber(),
        ValueCodec.decode(parsed.getMoment()),
        parsed.getSeed(),
        parsed.getFeatureLevel(),
        facts,
        decisions);
  }
}
