/** What every program of Slipway shares on the wire: credentials, servers, channels and errors. */
package io.slipway.rpc;
