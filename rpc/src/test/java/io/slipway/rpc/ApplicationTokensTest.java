package io.slipway.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.model.ApplicationId;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ApplicationTokensTest {
  private static final ApplicationId ID = ApplicationId.of("20261122", 7);

  private final byte[] key = new byte[32];
  private final ApplicationTokens tokens = new ApplicationTokens(key, 1);

  @Test
  void token_madeAgain_isTheSameAndTellsItsAttempt() {
    String token = tokens.token(ID, 3);

    assertThat(new ApplicationTokens(key.clone(), 1).token(ID, 3)).isEqualTo(token);
    assertThat(tokens.authenticate(token)).contains(new Principal.Application(ID, 3));
    assertThat(ApplicationTokens.parse(token)).contains(new Principal.Application(ID, 3));
  }

  @Test
  void token_ofOtherAttemptApplicationIncarnationOrKey_isAnother() {
    String token = tokens.token(ID, 1);
    byte[] otherKey = new byte[32];
    Arrays.fill(otherKey, (byte) 1);

    assertThat(tokens.token(ID, 2)).isNotEqualTo(token);
    assertThat(new ApplicationTokens(key, 2).authenticate(token)).isEmpty();
    assertThat(new ApplicationTokens(otherKey, 1).authenticate(token)).isEmpty();
  }

  @Test
  void token_forged_isNotValid() {
    String code = tokens.token(ID, 1).substring(ID.value().length() + 2);

    assertThat(tokens.authenticate(ID + ".2" + code)).isEmpty();
    assertThat(tokens.authenticate(ApplicationId.of("20261122", 8) + ".1" + code)).isEmpty();
    assertThat(tokens.authenticate("")).isEmpty();
    assertThat(tokens.authenticate(ID + ".1." + "A".repeat(43))).isEmpty();
    assertThat(tokens.authenticate(ID + ".0" + code)).isEmpty();
  }
}
