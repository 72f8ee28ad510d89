package io.sluice.gateway.config;

import io.sluice.gateway.predicate.Judgement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code cbreaker}, as Vulcand has it: answers instead of the servers while they do badly.
 *
 * @param condition a {@link Judgement} of one side: when it holds, the breaker trips
 * @param fallback what clients get while it is tripped
 * @param onTripped who is told each time that it trips; null for nobody
 * @param onStandby who is told when it has recovered; null for nobody
 * @param fallbackDuration how long it stays tripped
 * @param recoveryDuration how long it then lets more and more requests through
 * @param checkPeriod how often the condition is looked at, at most
 * @param leastRequests how many answers there must be before it may trip
 */
public record CircuitBreaker(
    String condition,
    Fallback fallback,
    @Nullable Webhook onTripped,
    @Nullable Webhook onStandby,
    Duration fallbackDuration,
    Duration recoveryDuration,
    Duration checkPeriod,
    int leastRequests)
    implements Middleware.Spec {
  /** What clients get instead. */
  public sealed interface Fallback {
    /** A response of the operator's. */
    record Response(int statusCode, String contentType, String body) implements Fallback {}

    /**
     * Another place, by 302.
     *
     * @param preservePath whether the request's path is put behind the URL's
     */
    record Elsewhere(String url, boolean preservePath) implements Fallback {}
  }

  /**
   * A call to somebody who wants to know.
   *
   * @param body sent where there is no form
   */
  public record Webhook(
      String url,
      String method,
      Map<String, List<String>> headers,
      Map<String, List<String>> form,
      String body,
      boolean json) {}

  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Duration CHECK = Duration.ofMillis(100);
  private static final int MOST_LEAST = 1_000_000;

  @Override
  public String decidedBy() {
    return "how its servers do";
  }

  static CircuitBreaker read(JsonRecord json) throws JsonRecord.BadValue {
    String condition =
        json.requiredString(
            "Condition", "a condition such as ResponseCodeRatio(500, 600, 0, 600) > 0.5");
    String fault = condition.contains("baseline") ? "baseline" : Judgement.fault(condition);
    if (!fault.isEmpty()) {
      throw json.bad("Condition", fault, "a condition over what the servers answer");
    }
    JsonRecord fallback = json.nested("Fallback");
    if (fallback == null) {
      throw json.bad("Fallback", "nothing", "{\"Type\":\"response\"|\"redirect\",\"Action\":{…}}");
    }
    return new CircuitBreaker(
        condition,
        fallback(fallback),
        webhook(json.nested("OnTripped")),
        webhook(json.nested("OnStandby")),
        json.duration("FallbackDuration", LONG),
        json.duration("RecoveryDuration", LONG),
        json.duration("CheckPeriod", CHECK),
        (int) json.integer("LeastRequests", 1, 1, MOST_LEAST));
  }

  private static Fallback fallback(JsonRecord json) throws JsonRecord.BadValue {
    String type = json.requiredString("Type", "response or redirect");
    JsonRecord action = json.object("Action");
    Fallback fallback =
        switch (type) {
          case "response" -> {
            if (!action.has("StatusCode")) {
              throw action.bad("StatusCode", "nothing", "a status from 200 to 599");
            }
            String body = action.textOrJson("Body");
            yield new Fallback.Response(
                (int) action.integer("StatusCode", 0, 200, 599),
                action.contentType(
                    "ContentType",
                    action.isText("Body") ? "text/plain; charset=utf-8" : "application/json"),
                body);
          }
          case "redirect" ->
              new Fallback.Elsewhere(url(action), action.bool("PreservePath", false));
          default -> throw json.bad("Type", "\"" + type + "\"", "response or redirect");
        };
    action.close();
    json.close();
    return fallback;
  }

  private static @Nullable Webhook webhook(@Nullable JsonRecord json) throws JsonRecord.BadValue {
    if (json == null) {
      return null;
    }
    String type = json.requiredString("Type", "webhook");
    if (!type.equals("webhook")) {
      throw json.bad("Type", "\"" + type + "\"", "webhook");
    }
    JsonRecord action = json.object("Action");
    String method = action.string("Method", "POST");
    if (!Names.isToken(method)) {
      throw action.bad("Method", "\"" + method + "\"", "a method such as POST");
    }
    Webhook hook =
        new Webhook(
            url(action),
            method,
            lists(action, "Headers"),
            lists(action, "Form"),
            action.textOrJson("Body"),
            !action.isText("Body"));
    action.close();
    json.close();
    return hook;
  }

  private static Map<String, List<String>> lists(JsonRecord json, String name)
      throws JsonRecord.BadValue {
    Map<String, List<String>> values = new LinkedHashMap<>();
    JsonRecord object = json.object(name);
    for (String field : object.names()) {
      values.put(field, object.strings(field));
    }
    return Map.copyOf(values);
  }

  private static String url(JsonRecord json) throws JsonRecord.BadValue {
    String text = json.requiredString("URL", "a URL such as https://status.example/down");
    if (!Urls.isHttp(text)) {
      throw json.bad("URL", "\"" + text + "\"", "an absolute http or https URL of plain ASCII");
    }
    return text;
  }
}
