/** Counts prime numbers on a cluster. */
package com.example.primes;
