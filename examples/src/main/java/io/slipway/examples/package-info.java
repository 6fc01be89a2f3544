/** Ordinary programs that use Slipway: started from an IDE, in client mode or in cluster mode. */
package io.slipway.examples;
