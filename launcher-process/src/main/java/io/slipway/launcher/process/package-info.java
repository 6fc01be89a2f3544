/** The launcher {@code process}: local processes under a small keeper that outlives the worker. */
package io.slipway.launcher.process;
