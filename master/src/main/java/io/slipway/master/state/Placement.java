package io.slipway.master.state;

import io.slipway.model.Resources;
import io.slipway.model.WorkerId;

/**
 * What was decided to run where.
 *
 * @param number the attempt of a driver, or the number of an executor
 * @param worker where
 * @param reserved what is allocated for it there
 */
public record Placement(int number, WorkerId worker, Resources reserved) {}
