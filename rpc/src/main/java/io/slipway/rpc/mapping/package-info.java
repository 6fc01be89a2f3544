/** Turns messages of the protocol into values of {@code model} and back. */
package io.slipway.rpc.mapping;
