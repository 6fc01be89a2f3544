/** What monitoring systems are told of a worker. */
package io.slipway.worker.metrics;
