package io.slipway.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.slipway.model.ApplicationId;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and checks the tokens of applications: {@code ID.ATTEMPT.HMAC}, where the last part is
 * HMAC-SHA256(cluster key; id, attempt, incarnation). They are never stored. Safe for use by
 * several threads.
 */
public final class ApplicationTokens implements Authenticator {
  private static final String ALGORITHM = "HmacSHA256";
  private static final Pattern FORM =
      Pattern.compile("(app-\\d{8}-\\d{4,9})\\.(\\d{1,9})\\.[A-Za-z0-9_-]{43}");

  private final SecretKeySpec key;
  private final long incarnation;

  /**
   * With the cluster's key.
   *
   * @param clusterKey at least 32 random bytes; never leaves the masters
   * @param incarnation of the cluster
   */
  public ApplicationTokens(byte[] clusterKey, long incarnation) {
    if (clusterKey.length < 32) {
      throw new IllegalArgumentException("a cluster key has at least 32 bytes");
    }
    this.key = new SecretKeySpec(clusterKey, ALGORITHM);
    this.incarnation = incarnation;
  }

  /** The token of one attempt. */
  public String token(ApplicationId id, int attempt) {
    String subject = id + "." + attempt;
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      byte[] code = mac.doFinal((subject + "." + incarnation).getBytes(UTF_8));
      return subject + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public Optional<Principal> authenticate(String token) {
    return parse(token)
        .filter(claimed -> ConstantTime.equal(token, token(claimed.id(), claimed.attempt())))
        .map(claimed -> claimed);
  }

  /** What a token claims to be, unchecked; empty if it has not the form of one. */
  public static Optional<Principal.Application> parse(String token) {
    Matcher matcher = FORM.matcher(token);
    return matcher.matches() && Integer.parseInt(matcher.group(2)) >= 1
        ? Optional.of(
            new Principal.Application(
                new ApplicationId(matcher.group(1)), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }
}
