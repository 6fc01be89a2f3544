/**
 * The worker's own directory: its identity, its lock, and files that are on disk when it says so.
 */
package io.slipway.worker.storage;
