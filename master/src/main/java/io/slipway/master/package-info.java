/** A master: everything that decides, put together. */
package io.slipway.master;
