package io.slipway.master.state;

import io.slipway.model.HostPort;
import java.util.Optional;

/**
 * What the driver of an attempt has told of itself.
 *
 * @param attempt whose driver
 * @param address where it serves its executors; empty if it does not
 * @param page the address of its web page
 * @param progress in words
 * @param at when it registered first in this attempt
 */
public record DriverRegistration(
    int attempt,
    Optional<HostPort> address,
    Optional<String> page,
    Optional<String> progress,
    Moment at) {}
