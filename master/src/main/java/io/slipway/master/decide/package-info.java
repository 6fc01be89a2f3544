/**
 * From requests to facts, and from facts to what follows by rule; without network, disk or time.
 */
package io.slipway.master.decide;
