package io.slipway.model;

import java.util.regex.Pattern;

/**
 * Names a worker for the life of its work directory.
 *
 * @param value lower-case letters, digits and hyphens, starting with a letter; at most 63
 *     characters
 */
public record WorkerId(String value) implements Comparable<WorkerId> {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  /** Checks the form. */
  public WorkerId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a worker id: '" + value + "'");
    }
  }

  @Override
  public int compareTo(WorkerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
