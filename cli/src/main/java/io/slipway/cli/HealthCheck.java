package io.slipway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * Asks the page {@code /healthz} of a master or worker, for containers, whose image has no program
 * that speaks HTTP. Needs nothing but {@code java.base}, and ends with 0 if it is well, else with 1
 * and a line that says why.
 */
final class HealthCheck {
  private static final int PATIENCE_MILLIS = 5000;
  private static final int LONGEST_ANSWER = 4096;

  private HealthCheck() {}

  public static void main(String[] args) {
    String trouble = trouble(args[0]);
    System.out.println(trouble.isEmpty() ? "ok" : trouble);
    System.exit(trouble.isEmpty() ? 0 : 1);
  }

  /** What is wrong; empty if nothing is. */
  static String trouble(String url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      int status = connection.getResponseCode();
      if (status == HttpURLConnection.HTTP_OK) {
        return "";
      }
      InputStream body = connection.getErrorStream();
      String text = body == null ? "" : new String(body.readNBytes(LONGEST_ANSWER), UTF_8).strip();
      return "HTTP " + status + ": " + text;
    } catch (IOException e) {
      return url + " does not answer: " + e.getMessage();
    }
  }
}
