package io.slipway.serialization;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.io.StreamCorruptedException;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A form that is written and read in a tenth of the time that Java serialization takes, for what
 * most tasks and results are: null, booleans, numbers, strings, and lambdas and records that hold
 * nothing else. What is read is equal to what Java serialization would have read. Its first byte is
 * never that of a stream of Java serialization. Safe for use by several threads.
 */
final class CompactForm {
  private static final int NULL = 0;
  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int INTEGER = 3;
  private static final int LONG = 4;
  private static final int DOUBLE = 5;
  private static final int STRING = 6;
  private static final int LAMBDA = 7;
  private static final int RECORD = 8;

  private static final int LONGEST_STRING = 4 << 10;
  private static final int DEEPEST = 3;

  /** No name and no descriptor of the JVM holds a dot. */
  private static final String SEPARATOR = ".";

  private static final ClassValue<Optional<LambdaClass>> LAMBDAS =
      new ClassValue<>() {
        @Override
        protected Optional<LambdaClass> computeValue(Class<?> type) {
          return LambdaClass.of(type);
        }
      };

  private static final ClassValue<Optional<RecordClass>> RECORDS =
      new ClassValue<>() {
        @Override
        protected Optional<RecordClass> computeValue(Class<?> type) {
          return RecordClass.of(type);
        }
      };

  /** By the class that a lambda stands in, what says which of its lambdas it is. */
  private static final ClassValue<Map<String, LambdaMaker>> MAKERS =
      new ClassValue<>() {
        @Override
        protected Map<String, LambdaMaker> computeValue(Class<?> type) {
          return new ConcurrentHashMap<>();
        }
      };

  private CompactForm() {}

  /** Whether bytes are in this form, as their first one says. */
  static boolean isFirst(byte first) {
    return first >= NULL && first <= RECORD;
  }

  /** The object in this form; empty if it has none. */
  static Optional<byte[]> write(Object object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      return write(object, new DataOutputStream(bytes), 0)
          ? Optional.of(bytes.toByteArray())
          : Optional.empty();
    } catch (IOException | ReflectiveOperationException e) {
      return Optional.empty(); // Java serialization says what is wrong
    }
  }

  private static boolean write(Object object, DataOutputStream out, int depth)
      throws IOException, ReflectiveOperationException {
    if (object == null) {
      out.writeByte(NULL);
    } else if (object instanceof Boolean value) {
      out.writeByte(value ? TRUE : FALSE);
    } else if (object instanceof Integer value) {
      out.writeByte(INTEGER);
      out.writeInt(value);
    } else if (object instanceof Long value) {
      out.writeByte(LONG);
      out.writeLong(value);
    } else if (object instanceof Double value) {
      out.writeByte(DOUBLE);
      out.writeLong(Double.doubleToRawLongBits(value));
    } else if (object instanceof String value) {
      if (value.length() > LONGEST_STRING) {
        return false;
      }
      out.writeByte(STRING);
      out.writeUTF(value);
    } else if (depth == DEEPEST || !(object instanceof Serializable)) {
      return false;
    } else if (object instanceof Record) {
      Optional<RecordClass> type = RECORDS.get(object.getClass());
      return type.isPresent() && type.get().write(object, out, depth);
    } else {
      Optional<LambdaClass> type = LAMBDAS.get(object.getClass());
      return type.isPresent() && type.get().write(object, out, depth);
    }
    return true;
  }

  /**
   * Reads an object.
   *
   * @param classes where its classes are found
   */
  static Object read(byte[] bytes, ClassLoader classes) throws IOException, ClassNotFoundException {
    try {
      return read(new DataInputStream(new ByteArrayInputStream(bytes)), classes);
    } catch (InvocationTargetException e) {
      throw invalid(e.getCause());
    } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
      throw invalid(e);
    }
  }

  private static InvalidObjectException invalid(Throwable cause) {
    InvalidObjectException invalid = new InvalidObjectException(String.valueOf(cause));
    invalid.initCause(cause);
    return invalid;
  }

  private static Object read(DataInputStream in, ClassLoader classes)
      throws IOException,
          ClassNotFoundException,
          NoSuchMethodException,
          InvocationTargetException,
          IllegalAccessException,
          InstantiationException {
    int kind = in.readByte();
    switch (kind) {
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case INTEGER:
        return in.readInt();
      case LONG:
        return in.readLong();
      case DOUBLE:
        return Double.longBitsToDouble(in.readLong());
      case STRING:
        return in.readUTF();
      case LAMBDA:
        Class<?> capturing = Class.forName(in.readUTF(), false, classes);
        String which = in.readUTF();
        Object[] captured = readAll(in, in.readByte(), classes);
        LambdaMaker maker = MAKERS.get(capturing).get(which);
        if (maker == null) {
          maker = LambdaMaker.of(capturing, which);
          MAKERS.get(capturing).put(which, maker);
        }
        return maker.make(captured);
      case RECORD:
        Class<?> type = Class.forName(in.readUTF(), false, classes);
        Optional<RecordClass> known = RECORDS.get(type);
        if (known.isEmpty()) {
          throw new InvalidObjectException(type.getName() + " is another class there");
        }
        return known.get().make(readAll(in, in.readByte(), classes));
      default:
        throw new StreamCorruptedException("unknown kind of object: " + kind);
    }
  }

  private static Object[] readAll(DataInputStream in, int count, ClassLoader classes)
      throws IOException,
          ClassNotFoundException,
          NoSuchMethodException,
          InvocationTargetException,
          IllegalAccessException,
          InstantiationException {
    Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = read(in, classes);
    }
    return values;
  }

  private static boolean declares(Class<?> type, String method) {
    for (Method declared : type.getDeclaredMethods()) {
      if (declared.getName().equals(method)) {
        return true;
      }
    }
    return false;
  }

  /** The class that the JVM made of one serializable lambda expression. */
  private static final class LambdaClass {
    private final Method writeReplace;
    private final boolean capturesNothing;
    private volatile String[] names;

    private LambdaClass(Method writeReplace, boolean capturesNothing) {
      this.writeReplace = writeReplace;
      this.capturesNothing = capturesNothing;
    }

    static Optional<LambdaClass> of(Class<?> type) {
      if (!type.isHidden() || !type.isSynthetic()) {
        return Optional.empty();
      }
      try {
        Method writeReplace = type.getDeclaredMethod("writeReplace");
        writeReplace.setAccessible(true);
        return Optional.of(new LambdaClass(writeReplace, type.getDeclaredFields().length == 0));
      } catch (NoSuchMethodException | RuntimeException e) {
        return Optional.empty();
      }
    }

    boolean write(Object object, DataOutputStream out, int depth)
        throws IOException, ReflectiveOperationException {
      String[] known = names;
      SerializedLambda form = null;
      if (known == null || !capturesNothing) {
        if (!(writeReplace.invoke(object) instanceof SerializedLambda lambda)) {
          return false;
        }
        form = lambda;
      }
      if (known == null) {
        known = names(form);
        names = known;
      }
      if (known.length == 0) {
        return false;
      }
      int captured = form == null ? 0 : form.getCapturedArgCount();
      if (captured > Byte.MAX_VALUE) {
        return false;
      }
      out.writeByte(LAMBDA);
      out.writeUTF(known[0]);
      out.writeUTF(known[1]);
      out.writeByte(captured);
      for (int i = 0; i < captured; i++) {
        if (!CompactForm.write(form.getCapturedArg(i), out, depth + 1)) {
          return false;
        }
      }
      return true;
    }

    /** The capturing class and the lambda in it; nothing if they can't be written. */
    private static String[] names(SerializedLambda form) {
      String[] parts = {
        form.getFunctionalInterfaceClass(),
        form.getFunctionalInterfaceMethodName(),
        form.getFunctionalInterfaceMethodSignature(),
        Integer.toString(form.getImplMethodKind()),
        form.getImplClass(),
        form.getImplMethodName(),
        form.getImplMethodSignature(),
        form.getInstantiatedMethodType()
      };
      for (String part : parts) {
        if (part.contains(SEPARATOR)) {
          return new String[0];
        }
      }
      return new String[] {
        form.getCapturingClass().replace('/', '.'), String.join(SEPARATOR, parts)
      };
    }
  }

  /** Makes one class's lambdas again, as {@link SerializedLambda} does. */
  private record LambdaMaker(Class<?> capturing, Method deserialize, String[] parts) {
    static LambdaMaker of(Class<?> capturing, String which)
        throws NoSuchMethodException, StreamCorruptedException {
      String[] parts = which.split("\\.", -1);
      if (parts.length != 8) {
        throw new StreamCorruptedException("not a lambda: " + which);
      }
      Method deserialize =
          capturing.getDeclaredMethod("$deserializeLambda$", SerializedLambda.class);
      deserialize.setAccessible(true);
      return new LambdaMaker(capturing, deserialize, parts);
    }

    Object make(Object[] captured) throws InvocationTargetException, IllegalAccessException {
      return deserialize.invoke(
          null,
          new SerializedLambda(
              capturing,
              parts[0],
              parts[1],
              parts[2],
              Integer.parseInt(parts[3]),
              parts[4],
              parts[5],
              parts[6],
              parts[7],
              captured));
    }
  }

  /** A record that is written and read as Java serialization does it: by its components alone. */
  private record RecordClass(Field[] fields, Constructor<?> constructor) {
    static Optional<RecordClass> of(Class<?> type) {
      if (!type.isRecord()
          || !Serializable.class.isAssignableFrom(type)
          || declares(type, "writeReplace")
          || declares(type, "readResolve")) {
        return Optional.empty();
      }
      try {
        RecordComponent[] components = type.getRecordComponents();
        Field[] fields = new Field[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
          fields[i] = type.getDeclaredField(components[i].getName());
          fields[i].setAccessible(true);
          types[i] = components[i].getType();
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return fields.length > Byte.MAX_VALUE
            ? Optional.empty()
            : Optional.of(new RecordClass(fields, constructor));
      } catch (NoSuchFieldException | NoSuchMethodException | RuntimeException e) {
        return Optional.empty();
      }
    }

    boolean write(Object object, DataOutputStream out, int depth)
        throws IOException, ReflectiveOperationException {
      out.writeByte(RECORD);
      out.writeUTF(object.getClass().getName());
      out.writeByte(fields.length);
      for (Field field : fields) {
        if (!CompactForm.write(field.get(object), out, depth + 1)) {
          return false;
        }
      }
      return true;
    }

    Object make(Object[] values)
        throws InvocationTargetException, IllegalAccessException, InstantiationException {
      try {
        return constructor.newInstance(values);
      } catch (IllegalArgumentException e) {
        throw new InvocationTargetException(e); // another number or other types of components
      }
    }
  }
}
