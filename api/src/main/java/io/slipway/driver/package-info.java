/**
 * What a driver program uses: a session with its cluster, and an {@code ExecutorService} whose
 * tasks run in the session's executors.
 */
package io.slipway.driver;
