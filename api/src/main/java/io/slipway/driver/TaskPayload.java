package io.slipway.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.slipway.executor.NamedTask;
import io.slipway.proto.driver.v1.NamedTaskPayload;
import io.slipway.proto.driver.v1.TaskOrder;
import io.slipway.rpc.mapping.Fields;
import io.slipway.serialization.JavaSerialization;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * What an executor is to do, as it travels.
 *
 * @param className the class of a named task; empty for a serialized one
 * @param bytes the serialized task, or the named one's input
 * @param timeLimit how long it may run; zero for no limit
 */
record TaskPayload(String className, ByteString bytes, Duration timeLimit) {
  /** The most of a payload that travels in one order. */
  static final int PIECE_BYTES = 256 << 10;

  static TaskPayload serialized(Object task) {
    try {
      return new TaskPayload(
          "",
          UnsafeByteOperations.unsafeWrap(JavaSerialization.serialize(task, "the task")),
          Duration.ZERO);
    } catch (NotSerializableException e) {
      throw new TaskNotSerializableException(e.getMessage(), e);
    }
  }

  static TaskPayload named(String className, byte[] input) {
    return new TaskPayload(className, ByteString.copyFrom(input), Duration.ZERO);
  }

  TaskPayload withTimeLimit(Duration limit) {
    return new TaskPayload(className, bytes, limit);
  }

  /** Does the work in this JVM. */
  Object call() throws Exception {
    if (className.isEmpty()) {
      Object task = JavaSerialization.deserialize(bytes, RemoteFailures.applicationClasses());
      return ((Callable<?>) task).call();
    }
    Class<?> type = Class.forName(className, true, RemoteFailures.applicationClasses());
    return ((NamedTask) type.getConstructor().newInstance()).run(bytes.toByteArray());
  }

  /** The order for the bytes from {@code offset} on, or as many as go into one. */
  TaskOrder piece(long taskId, int offset) {
    int end = Math.min(bytes.size(), offset + PIECE_BYTES);
    ByteString part = bytes.substring(offset, end);
    TaskOrder.Builder order =
        TaskOrder.newBuilder().setTaskId(taskId).setContinued(end < bytes.size());
    if (offset == 0 && !timeLimit.isZero()) {
      order.setTimeLimit(Fields.toProto(timeLimit));
    }
    return className.isEmpty()
        ? order.setSerializedJava(part).build()
        : order
            .setNamed(NamedTaskPayload.newBuilder().setClassName(className).setInput(part))
            .build();
  }
}
