package io.sluice.gateway.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;

/**
 * The page for people at {@code /}: one file without any asset, which asks this API like everybody
 * else and shows nothing by itself. See {@link ContentPolicy}.
 */
final class Page {
  private final Buffer html;
  private final String policy;

  /**
   * @param html with one {@code <style>} and one {@code <script>}
   * @param framed the style of what it shows in a frame
   */
  Page(byte[] html, String framed) {
    this.html = Buffer.buffer(html);
    String text = new String(html, StandardCharsets.UTF_8);
    this.policy =
        ContentPolicy.of(
            between(text, "<style>", "</style>"), between(text, "<script>", "</script>"), framed);
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
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
