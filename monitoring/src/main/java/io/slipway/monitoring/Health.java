package io.slipway.monitoring;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a program says of its own health. Both are asked on threads of the HTTP port's, at any time,
 * and must not block for long.
 *
 * @param trouble why it should be started again; empty while it is alive
 * @param unready why it does not do its work now; empty while it does
 */
public record Health(Supplier<Optional<String>> trouble, Supplier<Optional<String>> unready) {}
