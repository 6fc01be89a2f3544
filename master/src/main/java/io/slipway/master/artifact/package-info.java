/** The artifacts on this master's disk. */
package io.slipway.master.artifact;
