package io.slipway.driver;

import io.slipway.proto.driver.v1.TaskFailure;
import io.slipway.serialization.JavaSerialization;
import java.io.IOException;

/** Brings the exceptions of tasks from executors here. */
final class RemoteFailures {
  private RemoteFailures() {}

  /** The exception itself where it can be brought here, else one that stands for it. */
  static Throwable toThrowable(TaskFailure failure) {
    if (!failure.getSerializedException().isEmpty()) {
      try {
        Object read =
            JavaSerialization.deserialize(failure.getSerializedException(), applicationClasses());
        if (read instanceof Throwable thrown) {
          return thrown;
        }
      } catch (IOException | ClassNotFoundException | RuntimeException | LinkageError e) {
        return standIn(failure);
      }
    }
    return standIn(failure);
  }

  private static RemoteTaskException standIn(TaskFailure failure) {
    return new RemoteTaskException(
        failure.getClassName(), failure.getMessage(), failure.getStackTrace());
  }

  static ClassLoader applicationClasses() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }
}
