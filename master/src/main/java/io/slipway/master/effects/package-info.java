/**
 * What a leader does outside: orders to workers, questions to them, and the relay of their logs.
 */
package io.slipway.master.effects;
