/** Figures of launchers alone, without master and worker. */
package io.slipway.bench.launcher;
