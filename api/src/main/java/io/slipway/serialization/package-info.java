/** Java serialization as driver and executors use it, with errors that say what to change. */
package io.slipway.serialization;
