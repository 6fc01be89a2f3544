/** The launcher {@code docker}: each execution is a container of the machine's Docker engine. */
package io.slipway.launcher.docker;
