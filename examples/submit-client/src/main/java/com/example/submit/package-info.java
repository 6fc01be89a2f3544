/** Submits an application to a Slipway cluster, and follows it to its end. */
package com.example.submit;
