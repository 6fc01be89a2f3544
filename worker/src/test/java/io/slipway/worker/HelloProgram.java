package io.slipway.worker;

import java.util.Arrays;

/** A program that a test launches. */
public final class HelloProgram {
  private HelloProgram() {}

  /** Prints its arguments and exits with 3. */
  public static void main(String[] arguments) {
    System.out.println("hello " + Arrays.toString(arguments));
    System.exit(3);
  }
}
