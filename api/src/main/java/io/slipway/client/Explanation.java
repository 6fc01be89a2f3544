package io.slipway.client;

import java.util.List;

/**
 * Why an application waits.
 *
 * @param application the application
 * @param reasons each in a sentence; empty if nothing waits
 */
public record Explanation(ApplicationReport application, List<String> reasons) {
  /** Copies. */
  public Explanation {
    reasons = List.copyOf(reasons);
  }
}
