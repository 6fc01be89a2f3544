package io.slipway.driver;

import java.io.Serializable;

/** A task without a result that can travel to an executor. */
@FunctionalInterface
public interface SerializableRunnable extends Runnable, Serializable {}
