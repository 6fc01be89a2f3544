/** What monitoring systems ask masters and workers over HTTP: health and metrics. */
package io.slipway.monitoring;
