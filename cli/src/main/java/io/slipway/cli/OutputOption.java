package io.slipway.cli;

import picocli.CommandLine.Option;

/** The flag that chooses between output for people and output for programs. */
final class OutputOption {
  /** For whom. */
  enum Form {
    /** For people; may change. */
    TEXT,
    /** For programs: names and meanings stay. */
    JSON
  }

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "text",
      description = {
        "How to show it: 'text' for people, or 'json' for programs, whose names stay."
            + " Default: text.",
        "Example: --output json"
      })
  private Form form;

  /** Whether a program reads it. */
  boolean isJson() {
    return form == Form.JSON;
  }
}
