package io.slipway.client;

/**
 * A master, as the one that was asked knows it.
 *
 * @param address {@code HOST:PORT} as clients reach it
 * @param leader whether it leads
 * @param version its version
 */
public record MasterReport(String address, boolean leader, String version) {}
