package io.slipway.master.state;

import com.google.protobuf.ByteString;
import io.slipway.master.proto.DecisionRecord;
import io.slipway.master.proto.FactRecord;
import io.slipway.master.proto.RoundRecord;
import java.util.ArrayList;
import java.util.List;

/** Writes the record of a round while it is being decided, and knows how large it is. */
public final class RoundWriter {
  /** What a record takes beside its facts and decisions, and each of them beside its own bytes. */
  private static final int HEADER_BYTES = 64;

  private static final int FRAME_BYTES = 5;

  private final RoundRecord.Builder header;
  private final List<FactRecord> facts = new ArrayList<>();
  private final List<DecisionRecord> decisions = new ArrayList<>();
  private int bytes = HEADER_BYTES;
  private int markedFacts;
  private int markedBytes;

  /** Begins a record. */
  public RoundWriter(long term, long number, Moment moment, long seed, int featureLevel) {
    header =
        RoundRecord.newBuilder()
            .setTerm(term)
            .setNumber(number)
            .setMoment(ValueCodec.encode(moment))
            .setSeed(seed)
            .setFeatureLevel(featureLevel);
  }

  /** Adds a fact; returns about how many bytes it takes. */
  public int add(Fact fact) {
    FactRecord encoded = FactCodec.encode(fact);
    facts.add(encoded);
    int size = encoded.getSerializedSize() + FRAME_BYTES;
    bytes += size;
    return size;
  }

  /** Adds a decision; returns about how many bytes it takes. */
  public int add(Decision decision) {
    DecisionRecord encoded = DecisionCodec.encode(decision);
    decisions.add(encoded);
    int size = encoded.getSerializedSize() + FRAME_BYTES;
    bytes += size;
    return size;
  }

  /** Remembers the facts that there are. */
  public void mark() {
    markedFacts = facts.size();
    markedBytes = bytes;
  }

  /** Drops the facts since the last mark; there are no decisions yet. */
  public void rollBack() {
    facts.subList(markedFacts, facts.size()).clear();
    bytes = markedBytes;
  }

  /** How many facts there are. */
  public int facts() {
    return facts.size();
  }

  /** Whether there is nothing to write. */
  public boolean isEmpty() {
    return facts.isEmpty() && decisions.isEmpty();
  }

  /** About how many bytes the record has, and not fewer than it has. */
  public int bytes() {
    return bytes;
  }

  /** The record. */
  public ByteString finish() {
    return header.addAllFacts(facts).addAllDecisions(decisions).build().toByteString();
  }
}
