/** What the master knows: tables of immutable records, and how facts and decisions change them. */
package io.slipway.master.state;
