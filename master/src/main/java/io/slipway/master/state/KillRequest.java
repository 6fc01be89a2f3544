package io.slipway.master.state;

import java.time.Duration;
import java.util.Optional;

/**
 * That somebody wants an application to end.
 *
 * @param by the principal
 * @param grace instead of that of the templates
 * @param at when
 */
public record KillRequest(String by, Optional<Duration> grace, Moment at) {}
