/** What authors of launchers test their launchers with. */
package io.slipway.launcher.testing;
