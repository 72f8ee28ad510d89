package io.sluice.gateway.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page for people at {@code /}: one file without any asset, which asks this API like everybody
 * else and shows nothing by itself. Its policy lets its own script and style run and nothing more
 * (Content Security Policy Level 3).
 */
final class Page {
  private final Buffer html;
  private final String policy;

  /**
   * @param html with one {@code <style>} and one {@code <script>}
   */
  Page(byte[] html) {
    this.html = Buffer.buffer(html);
    String text = new String(html, StandardCharsets.UTF_8);
    this.policy =
        "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'; img-src data:; style-src "
            + hash(between(text, "<style>", "</style>"))
            + "; script-src "
            + hash(between(text, "<script>", "</script>"));
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void show(RoutingContext context) {
    context
        .response()
        .putHeader("Content-Type", "text/html; charset=utf-8")
        .putHeader("Content-Security-Policy", policy)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cache-Control", "no-cache")
        .end(html);
  }
}
