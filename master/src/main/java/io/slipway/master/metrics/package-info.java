/** What monitoring systems are told of a master. */
package io.slipway.master.metrics;
