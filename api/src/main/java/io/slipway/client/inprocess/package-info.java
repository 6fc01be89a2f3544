/** The launcher of client mode, which calls a driver's main class in the JVM that it runs in. */
package io.slipway.client.inprocess;
