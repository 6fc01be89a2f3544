/**
 * The plug-in interface of launchers: what starts a driver or an executor and tells how it ended.
 */
package io.slipway.launcher;
