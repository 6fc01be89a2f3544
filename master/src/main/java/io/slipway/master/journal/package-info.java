/** The journal: the durable, ordered log of rounds; the only package that knows Ratis. */
package io.slipway.master.journal;
