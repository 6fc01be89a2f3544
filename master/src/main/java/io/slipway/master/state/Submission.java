package io.slipway.master.state;

import io.slipway.model.ApplicationSpec;
import io.slipway.model.Digest;

/**
 * What was accepted once and never changes.
 *
 * @param sequence the place in submission order
 * @param owner the principal who submitted
 * @param requestId the submitter's name of its request
 * @param requestDigest of the request's body
 * @param spec what was asked for
 * @param executorsAwaitDriver whether executors are launched once the driver has registered, and
 *     are only reserved until then; else they are launched once the driver runs
 * @param at when
 */
public record Submission(
    long sequence,
    String owner,
    String requestId,
    Digest requestDigest,
    ApplicationSpec spec,
    boolean executorsAwaitDriver,
    Moment at) {}
