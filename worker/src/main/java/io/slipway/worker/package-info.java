/** The worker: owns the resources of a machine and runs executions there, for a master. */
package io.slipway.worker;
