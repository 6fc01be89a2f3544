/** Who runs where: from the tables and what waits to placements; no clock and no chance. */
package io.slipway.master.scheduling;
