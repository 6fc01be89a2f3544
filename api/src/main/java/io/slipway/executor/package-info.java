/** The program that executors run: it takes tasks from its driver and sends their results. */
package io.slipway.executor;
