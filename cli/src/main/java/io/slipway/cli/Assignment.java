package io.slipway.cli;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A name and a value from the command line.
 *
 * @param name what stands before the first {@code =}
 * @param value what stands after it; may be empty
 */
record Assignment(String name, String value) {
  /**
   * As a map.
   *
   * @param flag the flag that they come from, for the message
   * @throws CommandFailedException if a name is given twice
   */
  static SortedMap<String, String> toMap(String flag, List<Assignment> assignments) {
    SortedMap<String, String> map = new TreeMap<>();
    for (Assignment assignment : assignments) {
      String former = map.put(assignment.name, assignment.value);
      if (former != null) {
        throw CommandFailedException.usage(
            flag
                + " gives '"
                + assignment.name
                + "' twice: '"
                + former
                + "' and '"
                + assignment.value
                + "'; give it once");
      }
    }
    return map;
  }
}
