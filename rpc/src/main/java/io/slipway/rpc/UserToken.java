package io.slipway.rpc;

import java.util.regex.Pattern;

/**
 * A user's name and token, as they stand in a {@code user-token} file.
 *
 * @param name 1 to 64 letters, digits and {@code . _ @ -}
 * @param token the secret
 */
public record UserToken(String name, String token) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");

  /** Checks the form. */
  public UserToken {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a user's name: '" + name + "'");
    }
    if (!TokenFiles.isToken(token)) {
      throw new IllegalArgumentException("not a token (expected 16 to 512 printable characters)");
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "UserToken[" + name + "]";
  }
}
