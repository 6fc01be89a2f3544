/** Measures a real cluster of one machine from outside: start-up, memory, launches, tasks. */
package io.slipway.bench.cluster;
