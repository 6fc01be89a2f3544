package io.slipway.client;

import io.slipway.model.Resources;

/**
 * A cluster at one moment.
 *
 * @param clusterId made at its first start, never changed
 * @param incarnation grows when it is restored from a backup
 * @param term grows with each leader
 * @param version the leader's version
 * @param liveWorkers workers that can be used
 * @param resources what these have together
 * @param allocated what of that executions hold
 * @param runningApplications applications that have started and not ended
 * @param queuedApplications applications that wait
 */
public record ClusterReport(
    String clusterId,
    long incarnation,
    long term,
    String version,
    int liveWorkers,
    Resources resources,
    Resources allocated,
    int runningApplications,
    int queuedApplications) {}
