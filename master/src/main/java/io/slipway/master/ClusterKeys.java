package io.slipway.master;

import io.slipway.master.loop.ClusterLoop;
import io.slipway.master.state.Meta;
import io.slipway.rpc.ApplicationTokens;
import io.slipway.rpc.Authenticator;
import io.slipway.rpc.Principal;
import io.slipway.rpc.Refusal;
import java.util.Optional;
import java.util.function.Supplier;

/** Application tokens, made and checked with the key that the journal holds. */
final class ClusterKeys implements Authenticator, Supplier<ApplicationTokens> {
  private record Known(Meta of, ApplicationTokens tokens) {
    boolean isFor(Meta meta) {
      return of.clusterKey().equals(meta.clusterKey()) && of.incarnation() == meta.incarnation();
    }
  }

  private final Supplier<ClusterLoop.Standing> standing;
  private volatile Optional<Known> known = Optional.empty();

  ClusterKeys(Supplier<ClusterLoop.Standing> standing) {
    this.standing = standing;
  }

  /**
   * The tokens of this cluster.
   *
   * @throws Refusal while the journal has not been read
   */
  @Override
  public ApplicationTokens get() {
    Meta meta = standing.get().meta();
    Optional<Known> cached = known;
    if (cached.isPresent() && cached.get().isFor(meta)) {
      return cached.get().tokens();
    }
    if (meta.clusterKey().isEmpty()) {
      throw Refusal.outcomeUnknown("this master is starting");
    }
    ApplicationTokens tokens =
        new ApplicationTokens(meta.clusterKey().toByteArray(), meta.incarnation());
    known = Optional.of(new Known(meta, tokens));
    return tokens;
  }

  @Override
  public Optional<Principal> authenticate(String token) {
    return ApplicationTokens.parse(token).isPresent()
        ? get().authenticate(token)
        : Optional.empty();
  }
}
