package io.slipway.executor;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.slipway.proto.driver.v1.TaskFailure;
import io.slipway.proto.driver.v1.TaskResult;
import io.slipway.serialization.JavaSerialization;
import java.io.NotSerializableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;

/** Runs one task with the application's classes, and makes a result of whatever comes of it. */
final class TaskCall {
  private static final int LONGEST_TEXT = 64 << 10;
  private static final int LARGEST_EXCEPTION = 256 << 10;

  private final ClassLoader classes;

  TaskCall(ClassLoader classes) {
    this.classes = classes;
  }

  /** Never throws. */
  TaskResult run(Work work) {
    TaskResult.Builder result = TaskResult.newBuilder().setTaskId(work.id());
    try {
      return result.setValue(value(work)).build();
    } catch (Throwable thrown) { // whatever a task throws is its result
      return result.setFailure(failure(thrown)).build();
    }
  }

  /** The result of a task whose time is over, with the place where it was. */
  static TaskResult expired(Work work, StackTraceElement[] where) {
    return TaskResult.newBuilder()
        .setTaskId(work.id())
        .setFailure(
            failure(
                new TaskTimeLimitException(
                    "the task ran for longer than its limit of " + work.timeLimit(), where)))
        .build();
  }

  private ByteString value(Work work) throws Exception {
    return switch (work.kind()) {
      case SERIALIZED_JAVA -> {
        Object task = JavaSerialization.deserialize(work.bytes(), classes);
        if (!(task instanceof Callable<?> callable)) {
          throw new IllegalArgumentException(
              "not a java.util.concurrent.Callable: " + task.getClass().getName());
        }
        yield UnsafeByteOperations.unsafeWrap(
            JavaSerialization.serialize(callable.call(), "the task's result"));
      }
      case NAMED -> {
        Class<?> type = Class.forName(work.className(), true, classes);
        if (!NamedTask.class.isAssignableFrom(type)) {
          throw new IllegalArgumentException(
              work.className() + " does not implement " + NamedTask.class.getName());
        }
        NamedTask task = (NamedTask) type.getConstructor().newInstance();
        yield ByteString.copyFrom(task.run(work.bytes().toByteArray()));
      }
      case RAW, PAYLOAD_NOT_SET ->
          throw new UnsupportedOperationException("this executor takes Java tasks only");
    };
  }

  private static TaskFailure failure(Throwable thrown) {
    TaskFailure.Builder failure =
        TaskFailure.newBuilder().setClassName(thrown.getClass().getName());
    try {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      failure.setMessage(cut(String.valueOf(thrown.getMessage())));
      failure.setStackTrace(cut(trace.toString()));
      byte[] serialized = JavaSerialization.serialize(thrown, "the exception");
      if (serialized.length <= LARGEST_EXCEPTION) {
        failure.setSerializedException(UnsafeByteOperations.unsafeWrap(serialized));
      }
    } catch (NotSerializableException | RuntimeException | Error e) {
      return failure.build(); // then its text must do
    }
    return failure.build();
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }
}
