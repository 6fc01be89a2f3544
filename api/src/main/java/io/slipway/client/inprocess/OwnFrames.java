package io.slipway.client.inprocess;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Takes the frames below {@code main} out of stack traces, where {@code java} has none. */
final class OwnFrames {
  private static final String OURS = OwnFrames.class.getPackageName() + ".";

  private OwnFrames() {}

  static void strip(Throwable thrown) {
    strip(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void strip(Throwable thrown, Set<Throwable> seen) {
    if (thrown == null || !seen.add(thrown)) {
      return;
    }
    StackTraceElement[] frames = thrown.getStackTrace();
    int end = frames.length;
    boolean ours = false;
    while (end > 0 && isBelowMain(frames[end - 1].getClassName())) {
      end--;
      ours |= frames[end].getClassName().startsWith(OURS);
    }
    if (ours) {
      thrown.setStackTrace(Arrays.copyOf(frames, end));
    }
    strip(thrown.getCause(), seen);
    for (Throwable suppressed : thrown.getSuppressed()) {
      strip(suppressed, seen);
    }
  }

  private static boolean isBelowMain(String className) {
    return className.startsWith(OURS)
        || className.startsWith("java.lang.reflect.")
        || className.startsWith("jdk.internal.reflect.")
        || className.startsWith("java.lang.invoke.")
        || className.equals("java.lang.Thread");
  }
}
