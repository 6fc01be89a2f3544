package io.slipway.rpc;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which kinds of principals may call a service.
 *
 * @param kinds those that may call every method of it
 * @param byMethod methods, by their bare names, with a rule of their own
 */
public record AccessRule(Set<Principal.Kind> kinds, Map<String, Set<Principal.Kind>> byMethod) {
  /** Copies. */
  public AccessRule {
    kinds = Set.copyOf(kinds);
    byMethod = Map.copyOf(byMethod);
  }

  /** The same kinds for every method. */
  public static AccessRule allow(Principal.Kind... kinds) {
    return new AccessRule(Set.of(kinds), Map.of());
  }

  /** The same rule, but for one method. */
  public AccessRule forMethod(String bareMethodName, Principal.Kind... allowed) {
    Map<String, Set<Principal.Kind>> rules = new TreeMap<>(byMethod);
    rules.put(bareMethodName, Set.of(allowed));
    return new AccessRule(kinds, rules);
  }

  boolean allows(String bareMethodName, Principal principal) {
    return byMethod.getOrDefault(bareMethodName, kinds).contains(principal.kind());
  }
}
