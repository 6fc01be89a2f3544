/** The services of a master: messages in, requests to the loop; replies out. */
package io.slipway.master.rpc;
