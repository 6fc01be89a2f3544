/** A cluster in one JVM, for the tests of applications. */
package io.slipway.testing;
