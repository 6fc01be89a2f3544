/** The master's single writer: rounds, one in flight, and what leaves once they are committed. */
package io.slipway.master.loop;
