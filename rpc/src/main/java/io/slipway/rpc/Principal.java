package io.slipway.rpc;

import io.grpc.Context;
import io.slipway.model.ApplicationId;
import java.util.Optional;

/** Who makes a call, as its token says; never taken from a message. */
public sealed interface Principal {

  /**
   * A person, or a program that acts for one.
   *
   * @param name the principal's name, which is the owner of what it submits
   */
  record User(String name) implements Principal {
    @Override
    public Kind kind() {
      return Kind.USER;
    }

    @Override
    public String toString() {
      return "user " + name;
    }
  }

  /** A worker or a master of this cluster. */
  record ClusterMember() implements Principal {
    @Override
    public Kind kind() {
      return Kind.CLUSTER_MEMBER;
    }

    @Override
    public String toString() {
      return "cluster member";
    }
  }

  /**
   * A driver, its executors, or the submitter of a client-mode application.
   *
   * @param id the application
   * @param attempt the driver attempt whose token was shown, from 1
   */
  record Application(ApplicationId id, int attempt) implements Principal {
    @Override
    public Kind kind() {
      return Kind.APPLICATION;
    }

    @Override
    public String toString() {
      return "application " + id + " (attempt " + attempt + ")";
    }
  }

  /** The kinds of principals, for rules about who may call. */
  enum Kind {
    /** {@link User}. */
    USER,
    /** {@link ClusterMember}. */
    CLUSTER_MEMBER,
    /** {@link Application}. */
    APPLICATION
  }

  /** Which kind this is. */
  Kind kind();

  /** Where the server's interceptor leaves the principal of the call. */
  Context.Key<Principal> KEY = Context.key("slipway-principal");

  /**
   * The principal of the call that this thread is handling.
   *
   * @throws IllegalStateException outside a call that has been authenticated
   */
  static Principal current() {
    return Optional.ofNullable(KEY.get())
        .orElseThrow(() -> new IllegalStateException("not within an authenticated call"));
  }
}
