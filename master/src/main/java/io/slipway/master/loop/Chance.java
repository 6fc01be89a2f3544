package io.slipway.master.loop;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;

/** What enters the state from outside without a request: randomness and the wall clock. */
public interface Chance {
  /** Random bytes that nobody can guess. */
  ByteString bytes(int count);

  /** A seed for one round. */
  long seed();

  /** The wall clock; for people alone. */
  Instant wallClock();

  /** The machine's own. */
  static Chance system() {
    SecureRandom random = new SecureRandom();
    Clock clock = Clock.systemUTC();
    return new Chance() {
      @Override
      public ByteString bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
      }

      @Override
      public long seed() {
        return random.nextLong();
      }

      @Override
      public Instant wallClock() {
        return clock.instant();
      }
    };
  }
}
