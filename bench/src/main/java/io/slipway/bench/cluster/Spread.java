package io.slipway.bench.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Several measurements of one thing. */
final class Spread {
  private final List<Double> values = new ArrayList<>();

  void add(double value) {
    values.add(value);
    Collections.sort(values);
  }

  int count() {
    return values.size();
  }

  double median() {
    int half = values.size() / 2;
    return values.size() % 2 == 1
        ? values.get(half)
        : (values.get(half - 1) + values.get(half)) / 2;
  }

  double smallest() {
    return values.get(0);
  }

  double largest() {
    return values.get(values.size() - 1);
  }
}
