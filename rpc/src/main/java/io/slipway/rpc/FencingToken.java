package io.slipway.rpc;

import io.slipway.proto.common.v1.Fencing;
import java.util.Comparator;

/**
 * Who speaks for a cluster, ordered by (incarnation, term): a receiver refuses what is lower than
 * the highest it has seen.
 *
 * @param clusterId of the cluster; tokens of different clusters are not comparable
 * @param incarnation grows when a cluster is restored from a backup
 * @param term grows with each leader
 */
public record FencingToken(String clusterId, long incarnation, long term)
    implements Comparable<FencingToken> {
  private static final Comparator<FencingToken> ORDER =
      Comparator.comparingLong(FencingToken::incarnation).thenComparingLong(FencingToken::term);

  /** Reads a message. */
  public static FencingToken of(Fencing message) {
    return new FencingToken(message.getClusterId(), message.getIncarnation(), message.getTerm());
  }

  /** Writes it as a message. */
  public Fencing toProto() {
    return Fencing.newBuilder()
        .setClusterId(clusterId)
        .setIncarnation(incarnation)
        .setTerm(term)
        .build();
  }

  /** Whether both speak for the same cluster. */
  public boolean sameCluster(FencingToken other) {
    return clusterId.equals(other.clusterId);
  }

  @Override
  public int compareTo(FencingToken other) {
    if (!sameCluster(other)) {
      throw new IllegalArgumentException(
          "clusters " + clusterId + " and " + other.clusterId + " are not comparable");
    }
    return ORDER.compare(this, other);
  }
}
