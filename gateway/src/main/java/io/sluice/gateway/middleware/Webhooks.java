package io.sluice.gateway.middleware;

import io.sluice.gateway.config.CircuitBreaker.Webhook;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls those who want to know what a stage has done: in the background, a few at a time, each for
 * a few seconds at most. Any thread.
 */
public final class Webhooks {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final int MOST = 16;
  private static final long MOST_BYTES = 1 << 20;

  private final Calls calls = new Calls(MOST);

  /**
   * Calls once.
   *
   * @param who calls, for the log
   */
  void call(String who, Webhook hook) {
    HttpRequest request;
    try {
      request = request(hook);
    } catch (IllegalArgumentException unusable) {
      LOG.warn("{}: webhook {}: {}", who, hook.url(), unusable.getMessage());
      return;
    }
    calls
        .call(request, MOST_BYTES)
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                LOG.warn("{}: webhook {}: {}", who, hook.url(), String.valueOf(failure));
              } else if (response.statusCode() >= 300) {
                LOG.warn("{}: webhook {} answered {}", who, hook.url(), response.statusCode());
              }
            });
  }

  private static HttpRequest request(Webhook hook) {
    String body = hook.form().isEmpty() ? hook.body() : form(hook.form());
    HttpRequest.Builder request =
        Calls.to(hook.url(), LONGEST)
            .method(hook.method(), HttpRequest.BodyPublishers.ofString(body));
    if (!hook.form().isEmpty()) {
      request.setHeader("Content-Type", "application/x-www-form-urlencoded");
    } else if (hook.json() && !body.isEmpty()) {
      request.setHeader("Content-Type", "application/json");
    }
    hook.headers().forEach((name, values) -> values.forEach(value -> request.header(name, value)));
    return request.build();
  }

  /** In the order of the names, as Go encodes a form. */
  private static String form(Map<String, List<String>> fields) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(fields)
        .forEach(
            (name, values) ->
                values.forEach(
                    value ->
                        text.append(text.isEmpty() ? "" : "&")
                            .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                            .append('=')
                            .append(URLEncoder.encode(value, StandardCharsets.UTF_8))));
    return text.toString();
  }
}
