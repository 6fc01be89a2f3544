/** The worker's side of its relation to the masters: registration, lease, reports and fencing. */
package io.slipway.worker.link;
