package io.slipway.master.rpc;

import io.slipway.rpc.Refusal;

/** A driver's progress, 0 to 1 on the wire, as the text that the state keeps. */
final class Progress {
  private Progress() {}

  static String format(double progress) {
    if (!(progress >= 0 && progress <= 1)) {
      throw Refusal.invalidField("progress", progress + " is not between 0 and 1");
    }
    return Double.toString(progress);
  }

  static double parse(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException writtenByAnotherVersion) {
      return -1;
    }
  }
}
