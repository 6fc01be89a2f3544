package io.slipway.master.decide;

/**
 * For whom a leader speaks; stands in every message between master and worker.
 *
 * @param clusterId names the cluster
 * @param incarnation grows when a cluster is restored from a backup
 * @param term grows with each leader
 */
public record Fencing(String clusterId, long incarnation, long term) {}
