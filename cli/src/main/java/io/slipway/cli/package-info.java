/**
 * The {@code slipway} command: reads the command line, calls the modules that do the work, and
 * shows what they say.
 */
package io.slipway.cli;
