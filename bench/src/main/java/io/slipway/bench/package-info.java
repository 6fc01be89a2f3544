/** Benchmarks. */
package io.slipway.bench;
