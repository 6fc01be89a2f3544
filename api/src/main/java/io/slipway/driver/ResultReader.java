package io.slipway.driver;

import com.google.protobuf.ByteString;
import io.slipway.serialization.JavaSerialization;
import java.io.IOException;

/** Makes a task's result of the bytes that its executor sent. */
@FunctionalInterface
interface ResultReader<T> {
  /** Raw bytes. */
  ResultReader<byte[]> RAW = ByteString::toByteArray;

  T read(ByteString bytes) throws IOException, ClassNotFoundException;

  /** An object serialized by Java, of classes that the calling thread can see. */
  @SuppressWarnings("unchecked")
  static <T> ResultReader<T> serialized() {
    return bytes -> (T) JavaSerialization.deserialize(bytes, RemoteFailures.applicationClasses());
  }

  /** A value that is known here, whatever the executor sent. */
  static <T> ResultReader<T> constant(T value) {
    return new Constant<>(value);
  }

  /** The result of a task that has run in this JVM. */
  @SuppressWarnings("unchecked")
  default T ofCall(Object returned) {
    return (T) returned;
  }

  /** What {@link #constant} makes. */
  record Constant<T>(T value) implements ResultReader<T> {
    @Override
    public T read(ByteString bytes) {
      return value;
    }

    @Override
    public T ofCall(Object returned) {
      return value;
    }
  }
}
