package io.slipway.rpc;

import io.slipway.model.ApplicationId;
import java.util.Optional;

/** Knows whose tokens are valid on one port. Called on gRPC's threads; must not block. */
@FunctionalInterface
public interface Authenticator {
  /**
   * Tells whose token this is; empty if it is not valid here.
   *
   * @throws Refusal if that can't be told now
   */
  Optional<Principal> authenticate(String token);

  /** The first of both that knows the token. */
  default Authenticator or(Authenticator other) {
    return token -> {
      Optional<Principal> mine = authenticate(token);
      return mine.isPresent() ? mine : other.authenticate(token);
    };
  }

  /** Takes one user's token. */
  static Authenticator user(UserToken expected) {
    Principal principal = new Principal.User(expected.name());
    return token ->
        ConstantTime.equal(token, expected.token()) ? Optional.of(principal) : Optional.empty();
  }

  /** Takes the cluster token. */
  static Authenticator cluster(String clusterToken) {
    Principal principal = new Principal.ClusterMember();
    return token ->
        ConstantTime.equal(token, clusterToken) ? Optional.of(principal) : Optional.empty();
  }

  /** Takes the one token of one attempt of an application: for a driver's own port. */
  static Authenticator application(String applicationToken, ApplicationId id, int attempt) {
    Principal principal = new Principal.Application(id, attempt);
    return token ->
        ConstantTime.equal(token, applicationToken) ? Optional.of(principal) : Optional.empty();
  }
}
