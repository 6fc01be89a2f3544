package io.slipway.master.rpc;

import static java.util.stream.Collectors.joining;

import io.slipway.master.scheduling.Explanation;
import java.util.ArrayList;
import java.util.List;

/** Puts explanations into sentences. */
final class Explanations {
  private Explanations() {}

  /** Each reason in a sentence, the place in the queue last. */
  static List<String> sentences(Explanation explanation) {
    List<String> sentences = new ArrayList<>();
    explanation.reasons().forEach(reason -> sentences.add(reason.text()));
    if (!sentences.isEmpty()) {
      explanation.place().ifPresent(place -> sentences.add("place " + place + " in the queue"));
    }
    return sentences;
  }

  /** All of it in one line; empty if nothing waits. */
  static String line(Explanation explanation) {
    return explanation.reasons().stream()
        .map(Explanation.Reason::text)
        .distinct()
        .collect(joining("; "));
  }
}
