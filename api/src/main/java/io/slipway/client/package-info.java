/** The submit client: hands in applications, follows them, and brings their files to a cluster. */
package io.slipway.client;
