/** Builds a small image from what is on the machine, without a registry. */
package io.slipway.launcher.docker.image;
