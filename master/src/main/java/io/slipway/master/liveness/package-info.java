/** Who has been heard from, and until when: soft state that is never journaled, and sends facts. */
package io.slipway.master.liveness;
