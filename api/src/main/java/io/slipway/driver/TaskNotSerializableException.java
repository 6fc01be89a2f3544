package io.slipway.driver;

/**
 * A task could not be handed in, because it can't be serialized; nothing was sent. The message
 * names the object to blame and the captured variables and fields through which it is reached.
 */
public final class TaskNotSerializableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  TaskNotSerializableException(String message, Throwable cause) {
    super(message, cause);
  }
}
