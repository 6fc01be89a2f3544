package io.slipway.driver;

/** In which order results come. */
public enum ResultOrder {
  /** In the order of the elements; a slow one holds up those behind it. */
  AS_GIVEN,
  /** As tasks finish. */
  AS_COMPLETED
}
