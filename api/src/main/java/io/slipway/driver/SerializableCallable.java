package io.slipway.driver;

import java.io.Serializable;
import java.util.concurrent.Callable;

/**
 * A task with a result that can travel to an executor; the type of {@code executor.submit(() ->
 * 1)}.
 */
@FunctionalInterface
public interface SerializableCallable<T> extends Callable<T>, Serializable {}
