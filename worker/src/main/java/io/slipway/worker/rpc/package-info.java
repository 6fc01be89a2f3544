/** What this worker serves: orders of masters, and its logs. */
package io.slipway.worker.rpc;
