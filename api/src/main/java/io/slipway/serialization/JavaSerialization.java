package io.slipway.serialization;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.Optional;

/**
 * Writes and reads objects: in a short form of our own what has one, everything else as Java does.
 * Internal to Slipway's own driver and executor.
 */
public final class JavaSerialization {
  private JavaSerialization() {}

  /**
   * Writes an object.
   *
   * @param what what it is, for the message of an error, such as {@code "the task"}
   * @throws NotSerializableException saying which object on which path can't be written
   */
  public static byte[] serialize(Object object, String what) throws NotSerializableException {
    Optional<byte[]> compact = CompactForm.write(object);
    return compact.isPresent() ? compact.get() : serializeByJava(object, what);
  }

  private static byte[] serializeByJava(Object object, String what)
      throws NotSerializableException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      writeByJava(object, bytes, what);
    } catch (NotSerializableException e) {
      throw e;
    } catch (IOException e) {
      throw refused(what + " can't be serialized: " + e, e);
    }
    return bytes.toByteArray();
  }

  /**
   * Writes an object as Java does, piece by piece, and closes {@code sink}.
   *
   * @param what what it is, for the message of an error
   * @throws NotSerializableException saying which object on which path can't be written
   * @throws IOException if {@code sink}, or the object's own writing, failed
   */
  public static void writeByJava(Object object, OutputStream sink, String what) throws IOException {
    try (ObjectOutputStream out = new ObjectOutputStream(sink)) {
      out.writeObject(object);
    } catch (NotSerializableException e) {
      throw refused(what + " can't be serialized: " + CapturePath.explain(object, e), e);
    } catch (RuntimeException | StackOverflowError e) {
      throw refused(what + " can't be serialized: " + e, e);
    }
  }

  /**
   * Reads what {@link #writeByJava} has written, piece by piece.
   *
   * @param classes where its classes are found
   */
  public static Object readByJava(InputStream source, ClassLoader classes)
      throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new LoaderObjectInputStream(source, classes)) {
      return in.readObject();
    }
  }

  /**
   * Reads an object.
   *
   * @param classes where its classes are found
   * @throws IOException if the bytes are no object, or its own reading failed
   */
  public static Object deserialize(ByteString bytes, ClassLoader classes)
      throws IOException, ClassNotFoundException {
    if (!bytes.isEmpty() && CompactForm.isFirst(bytes.byteAt(0))) {
      return CompactForm.read(bytes.toByteArray(), classes);
    }
    try (ObjectInputStream in = new LoaderObjectInputStream(bytes.newInput(), classes)) {
      return in.readObject();
    }
  }

  private static NotSerializableException refused(String message, Throwable cause) {
    NotSerializableException refused = new NotSerializableException(message);
    refused.initCause(cause);
    return refused;
  }

  /** Looks classes up where the application's are. */
  private static final class LoaderObjectInputStream extends ObjectInputStream {
    private final ClassLoader classes;

    LoaderObjectInputStream(InputStream in, ClassLoader classes) throws IOException {
      super(in);
      this.classes = classes;
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass description)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(description.getName(), false, classes);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(description); // primitive types, and classes of ours
      }
    }

    @Override
    @SuppressWarnings("deprecation") // the way that the JDK itself finds the class of a proxy
    protected Class<?> resolveProxyClass(String[] interfaces)
        throws IOException, ClassNotFoundException {
      Class<?>[] types = new Class<?>[interfaces.length];
      for (int i = 0; i < types.length; i++) {
        types[i] = Class.forName(interfaces[i], false, classes);
      }
      try {
        return Proxy.getProxyClass(classes, types);
      } catch (IllegalArgumentException e) {
        return super.resolveProxyClass(interfaces);
      }
    }
  }
}
