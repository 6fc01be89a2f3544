/**
 * What runs on this worker: the execution directories, which are its journal, and one supervisor
 * for each execution.
 */
package io.slipway.worker.execution;
