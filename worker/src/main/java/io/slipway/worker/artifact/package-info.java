/** Files of applications on this worker: downloaded once, checked, and lent to executions. */
package io.slipway.worker.artifact;
