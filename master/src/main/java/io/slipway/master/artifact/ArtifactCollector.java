package io.slipway.master.artifact;

import static java.util.stream.Collectors.joining;

import io.slipway.model.ByteSize;
import io.slipway.model.Digest;
import io.slipway.proto.common.v1.Reason;
import io.slipway.rpc.Refusal;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes artifacts that no application refers to any more: from time to time, and before an upload
 * is refused for want of room. Methods block on the disk. Safe for use by several threads.
 */
public final class ArtifactCollector {
  private static final Logger log = LoggerFactory.getLogger(ArtifactCollector.class);
  private static final int NAMED = 5;

  /**
   * One who refers to artifacts.
   *
   * @param name of the application, and whose it is
   * @param artifacts all that it refers to
   */
  public record Holder(String name, Set<Digest> artifacts) {}

  /** Tells who refers to artifacts. */
  @FunctionalInterface
  public interface Holders {
    /**
     * All applications that are kept; blocks.
     *
     * @throws IOException if that can't be told now; then nothing is removed
     */
    List<Holder> find() throws IOException, InterruptedException;
  }

  private record Share(String name, long bytes) {}

  private final ArtifactStore store;
  private final Holders holders;

  /** Over a store. */
  public ArtifactCollector(ArtifactStore store, Holders holders) {
    this.store = store;
    this.holders = holders;
  }

  /** Removes what nobody refers to, and is old enough. */
  public void collect() throws IOException, InterruptedException {
    Set<Digest> referenced = new HashSet<>();
    holders.find().forEach(holder -> referenced.addAll(holder.artifacts()));
    ArtifactStore.Removed removed = store.removeUnless(referenced::contains);
    if (removed.files() > 0) {
      log.info(
          "{} artifacts with {} that no application refers to were removed",
          removed.files(),
          ByteSize.format(removed.bytes()));
    }
  }

  /**
   * As {@link ArtifactStore#upload}, but where there is no room it is made; a refusal says who
   * holds it.
   */
  public Upload upload(Digest digest, long sizeBytes, long offset) throws IOException {
    try {
      return store.upload(digest, sizeBytes, offset);
    } catch (Refusal full) {
      if (full.reason() != Reason.REASON_LIMIT_EXCEEDED) {
        throw full;
      }
    }
    try {
      collect();
    } catch (IOException e) {
      log.debug("what may be removed can't be told now", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      return store.upload(digest, sizeBytes, offset);
    } catch (Refusal full) {
      throw full.reason() == Reason.REASON_LIMIT_EXCEEDED
          ? full.withMessage(full.getMessage() + who())
          : full;
    }
  }

  /** Those who hold most, in words. */
  private String who() throws IOException {
    try {
      List<Share> shares =
          holders.find().stream()
              .map(holder -> new Share(holder.name(), bytes(holder.artifacts())))
              .filter(share -> share.bytes() > 0)
              .sorted(Comparator.comparingLong(Share::bytes).reversed())
              .toList();
      if (shares.isEmpty() && store.usedBytes() == 0) {
        return "";
      }
      if (shares.isEmpty()) {
        return "; no application refers to what is there, which stays for a while after it was"
            + " uploaded";
      }
      return "; most is held by "
          + shares.stream()
              .limit(NAMED)
              .map(share -> share.name() + " (" + ByteSize.format(share.bytes()) + ")")
              .collect(joining(", "))
          + (shares.size() > NAMED ? " and " + (shares.size() - NAMED) + " more" : "")
          + ", until these applications are forgotten";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private long bytes(Set<Digest> artifacts) {
    return artifacts.stream().map(store::stored).mapToLong(size -> size.orElse(0)).sum();
  }
}
