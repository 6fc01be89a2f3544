/**
 * The values that every module of Slipway shares; they depend on the JDK alone and know no wire
 * format.
 */
package io.slipway.model;
