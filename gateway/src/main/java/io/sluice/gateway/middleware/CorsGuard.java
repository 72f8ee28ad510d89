package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.Cors;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.middleware.Verdict.Header;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers what browsers ask before they let a page ask, and says on responses who may read them
 * (WHATWG Fetch, "CORS protocol").
 */
final class CorsGuard implements Stage {
  private static final int NO_CONTENT = 204;
  private static final List<String> SAID_HERE =
      List.of(
          "Access-Control-Allow-Origin",
          "Access-Control-Allow-Credentials",
          "Access-Control-Expose-Headers");

  private final Cors settings;

  CorsGuard(Cors settings) {
    this.settings = settings;
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    Fields asked = exchange.request().fields();
    AsciiString method = asked.first("Access-Control-Request-Method");
    return method != null
            && asked.first("Origin") != null
            && exchange.request().method().contentEquals("OPTIONS")
        ? preflight(asked, method)
        : Verdict.PROCEED;
  }

  private Verdict preflight(Fields asked, AsciiString method) {
    List<Header> fields = new ArrayList<>();
    fields.add(
        new Header(
            "Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"));
    String origin = allowed(asked);
    if (origin != null && contains(settings.allowMethods(), method.toString())) {
      fields.add(new Header("Access-Control-Allow-Origin", origin));
      fields.add(
          new Header("Access-Control-Allow-Methods", String.join(", ", settings.allowMethods())));
      if (!settings.allowHeaders().isEmpty()) {
        fields.add(
            new Header("Access-Control-Allow-Headers", String.join(", ", settings.allowHeaders())));
      }
      if (settings.allowCredentials()) {
        fields.add(new Header("Access-Control-Allow-Credentials", "true"));
      }
      if (!settings.maxAge().isZero()) {
        fields.add(
            new Header("Access-Control-Max-Age", Long.toString(settings.maxAge().toSeconds())));
      }
    }
    return new Verdict.Answer(Reason.PREFLIGHT, NO_CONTENT, fields, "");
  }

  @Override
  public void onResponse(ExchangeView exchange, Verdict.Proceed verdict, ResponseHead head) {
    Fields fields = head.fields();
    for (String name : SAID_HERE) {
      fields.remove(name);
    }
    if (!settings.allowOrigins().contains("*")) {
      fields.add("Vary", "Origin");
    }
    String origin = allowed(exchange.request().fields());
    if (origin != null) {
      fields.add("Access-Control-Allow-Origin", origin);
      if (settings.allowCredentials()) {
        fields.add("Access-Control-Allow-Credentials", "true");
      }
      if (!settings.exposeHeaders().isEmpty()) {
        fields.add("Access-Control-Expose-Headers", String.join(", ", settings.exposeHeaders()));
      }
    }
  }

  /** What is said to this request's origin; null when it may not, or the request has none. */
  private @Nullable String allowed(Fields asked) {
    AsciiString said = asked.first("Origin");
    if (said == null) {
      return null;
    }
    String origin = said.toString();
    for (String allowed : settings.allowOrigins()) {
      if (allowed.equals("*")) {
        return "*";
      }
      if (matches(allowed, origin)) {
        return origin;
      }
    }
    return null;
  }

  /** Scheme and host of an origin are in lower case (RFC 6454 section 6.1), but not surely so. */
  private static boolean matches(String pattern, String origin) {
    int star = pattern.indexOf("*.");
    if (star < 0) {
      return pattern.equalsIgnoreCase(origin);
    }
    String lower = origin.toLowerCase(Locale.ROOT);
    String start = pattern.substring(0, star).toLowerCase(Locale.ROOT);
    String end = pattern.substring(star + 1).toLowerCase(Locale.ROOT);
    int middle = lower.length() - start.length() - end.length();
    return middle > 0
        && lower.startsWith(start)
        && lower.endsWith(end)
        && lower
            .substring(start.length(), start.length() + middle)
            .chars()
            .allMatch(c -> c == '-' || c == '.' || Character.isLetterOrDigit(c));
  }

  private static boolean contains(List<String> names, String name) {
    return names.contains("*") || names.contains(name);
  }
}
