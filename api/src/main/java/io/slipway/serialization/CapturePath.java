package io.slipway.serialization;

import java.io.NotSerializableException;
import java.io.Serializable;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * Finds the way from an object to the one in it that can't be serialized: through captured
 * variables of lambdas, fields, arrays, collections and maps.
 */
final class CapturePath {
  private static final int MAX_OBJECTS = 100_000;
  private static final String DRIVER_PACKAGE = "io.slipway.driver.";
  private static final String THIS = "'this'";

  private record Step(Object value, Step from, String words) {}

  private final String wanted;
  private final Queue<Step> next = new ArrayDeque<>();
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  private CapturePath(String wanted) {
    this.wanted = wanted;
  }

  /** What is wrong, in words, and what to do about it. */
  static String explain(Object root, NotSerializableException failure) {
    String wanted = String.valueOf(failure.getMessage());
    if (!(root instanceof Serializable) && root != null) {
      return isLambda(root.getClass())
          ? "it is a lambda of an interface that is not java.io.Serializable (declare it as a"
              + " SerializableCallable, SerializableRunnable or SerializableFunction)"
          : "class " + root.getClass().getName() + " does not implement java.io.Serializable";
    }
    Step found = new CapturePath(wanted).find(root);
    if (found == null) {
      return "class " + wanted + " does not implement java.io.Serializable";
    }
    StringBuilder path = new StringBuilder(found.words());
    for (Step step = found.from(); step.from() != null; step = step.from()) {
      path.insert(0, step.words() + " (" + step.value().getClass().getTypeName() + ") -> ");
    }
    return "it captures "
        + path
        + ", a "
        + found.value().getClass().getTypeName()
        + ", which does not implement java.io.Serializable"
        + (found.words().equals(THIS)
            ? " (code that uses a field or a method of its object captures the object: copy what"
                + " you need into a local variable first)"
            : "")
        + (found.value().getClass().getName().startsWith(DRIVER_PACKAGE)
            ? " (sessions, executors and futures stay in the driver: return results from tasks,"
                + " hand in further tasks there, and share large values with"
                + " SlipwaySession.broadcast)"
            : "");
  }

  private Step find(Object root) {
    next.add(new Step(root, null, ""));
    while (!next.isEmpty() && seen.size() < MAX_OBJECTS) {
      Step step = next.remove();
      Object value = step.value();
      if (value.getClass().getName().equals(wanted) && !(value instanceof Serializable)) {
        return step;
      }
      try {
        expand(step);
      } catch (RuntimeException e) {
        // A collection of somebody else's that can't be walked: the path may lead elsewhere.
      }
    }
    return null;
  }

  private void expand(Step step) {
    Object value = step.value();
    Class<?> type = value.getClass();
    if (isLambda(type)) {
      expandLambda(step, type);
    } else if (value instanceof Object[] array) {
      for (int i = 0; i < array.length; i++) {
        add(step, array[i], "element " + i);
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, element) -> {
            add(step, key, "key '" + name(key) + "'");
            add(step, element, "value of key '" + name(key) + "'");
          });
    } else if (value instanceof Collection<?> collection) {
      int i = 0;
      for (Object element : collection) {
        add(step, element, "element " + i++);
      }
    } else if (!type.isArray()) {
      expandFields(step, type);
    }
  }

  private void expandLambda(Step step, Class<?> type) {
    SerializedLambda lambda = serialized(step.value(), type);
    if (lambda == null) {
      return;
    }
    boolean instance =
        lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic
            && lambda.getImplMethodKind() != MethodHandleInfo.REF_newInvokeSpecial;
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      Object captured = lambda.getCapturedArg(i);
      String words = i == 0 && instance ? THIS : "a variable";
      add(step, captured, words);
    }
  }

  private void expandFields(Step step, Class<?> type) {
    for (Class<?> c = type;
        c != null && Serializable.class.isAssignableFrom(c);
        c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers)
            || Modifier.isTransient(modifiers)
            || field.getType().isPrimitive()) {
          continue;
        }
        try {
          field.setAccessible(true);
          String words =
              field.getName().startsWith("this$")
                  ? THIS
                  : "field '" + field.getName() + "' of class " + c.getTypeName();
          add(step, field.get(step.value()), words);
        } catch (ReflectiveOperationException | RuntimeException e) {
          // A class of the JDK that is closed to us: the path may lead elsewhere.
        }
      }
    }
  }

  private void add(Step from, Object value, String words) {
    if (value != null && seen.add(value)) {
      next.add(new Step(value, from, words));
    }
  }

  private static String name(Object key) {
    return key instanceof CharSequence || key instanceof Number
        ? key.toString()
        : String.valueOf(key == null ? null : key.getClass().getName());
  }

  private static boolean isLambda(Class<?> type) {
    return type.isSynthetic() && type.isHidden();
  }

  private static SerializedLambda serialized(Object lambda, Class<?> type) {
    try {
      Method writeReplace = type.getDeclaredMethod("writeReplace");
      writeReplace.setAccessible(true);
      return writeReplace.invoke(lambda) instanceof SerializedLambda form ? form : null;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
