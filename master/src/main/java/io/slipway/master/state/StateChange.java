package io.slipway.master.state;

import io.slipway.model.ApplicationState;

/** That an application entered a state, and when. */
public record StateChange(ApplicationState state, int attempt, Moment at) {}
