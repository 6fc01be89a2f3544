package io.slipway.driver;

import java.io.PrintStream;
import java.io.PrintWriter;

/**
 * Stands for an exception that a task threw in an executor and that can't be brought here as an
 * object; prints the stack trace of the executor.
 */
public final class RemoteTaskException extends Exception {
  private static final long serialVersionUID = 1;

  private final String className;
  private final String remoteStackTrace;

  RemoteTaskException(String className, String message, String remoteStackTrace) {
    super(message.isEmpty() ? className : className + ": " + message, null, true, false);
    this.className = className;
    this.remoteStackTrace = remoteStackTrace;
  }

  /** The class of the exception in the executor. */
  public String className() {
    return className;
  }

  /** The stack trace, as the executor printed it. */
  public String remoteStackTrace() {
    return remoteStackTrace;
  }

  @Override
  public void printStackTrace(PrintStream out) {
    out.println(this + ", in an executor:\n" + remoteStackTrace);
  }

  @Override
  public void printStackTrace(PrintWriter out) {
    out.println(this + ", in an executor:\n" + remoteStackTrace);
  }
}
