package io.slipway.client.inprocess;

import io.slipway.launcher.LaunchException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/**
 * The {@code main} of a class, found by the rules of the {@code java} command of the JDK in use: a
 * public static one with an array of strings; from 25 on also one that is not public, not static or
 * without a parameter.
 */
final class MainMethod {
  private static final int INSTANCE_MAIN = 25;

  private final Method method;
  private final Constructor<?> constructor;

  private MainMethod(Method method, Constructor<?> constructor) {
    this.method = method;
    this.constructor = constructor;
  }

  /**
   * Finds it; the class is loaded, but not initialized.
   *
   * @throws LaunchException with the words of the {@code java} command, if there is none
   */
  static MainMethod find(String className, ClassLoader classes) throws LaunchException {
    Class<?> type;
    try {
      type = Class.forName(className, false, classes);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new LaunchException(
          "Could not find or load main class " + className + "\nCaused by: " + e, e);
    }
    try {
      return Runtime.version().feature() >= INSTANCE_MAIN ? any(type) : publicStatic(type);
    } catch (NoSuchMethodException | LinkageError e) {
      throw new LaunchException(
          "Main method not found in class "
              + className
              + ", please define the main method as:\n"
              + "   public static void main(String[] args)",
          e);
    }
  }

  private static MainMethod publicStatic(Class<?> type) throws NoSuchMethodException {
    Method method = type.getMethod("main", String[].class);
    if (!Modifier.isStatic(method.getModifiers()) || method.getReturnType() != void.class) {
      throw new NoSuchMethodException("main");
    }
    return accessible(method, null);
  }

  private static MainMethod any(Class<?> type) throws NoSuchMethodException {
    Method method = declared(type, String[].class);
    if (method == null) {
      method = declared(type);
    }
    if (method == null) {
      throw new NoSuchMethodException("main");
    }
    return accessible(
        method, Modifier.isStatic(method.getModifiers()) ? null : type.getDeclaredConstructor());
  }

  private static Method declared(Class<?> type, Class<?>... parameters) {
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      try {
        Method method = c.getDeclaredMethod("main", parameters);
        if (!Modifier.isPrivate(method.getModifiers()) && method.getReturnType() == void.class) {
          return method;
        }
      } catch (NoSuchMethodException e) {
        // A superclass may have it.
      }
    }
    return null;
  }

  private static MainMethod accessible(Method method, Constructor<?> constructor) {
    method.setAccessible(true); // the class itself need not be public
    if (constructor != null) {
      constructor.setAccessible(true);
    }
    return new MainMethod(method, constructor);
  }

  /** Calls it; throws what it throws. */
  void call(String[] arguments) throws Throwable {
    try {
      Object target = constructor == null ? null : constructor.newInstance();
      if (method.getParameterCount() == 0) {
        method.invoke(target);
      } else {
        method.invoke(target, (Object) arguments);
      }
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
