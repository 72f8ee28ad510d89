package io.sluice.gateway.config;

import java.time.Duration;
import java.util.List;

/**
 * {@code cors}: which pages of other origins may ask (WHATWG Fetch, "CORS protocol").
 *
 * @param allowOrigins such as {@code https://a.example} and {@code https://*.b.example}, or {@code
 *     *}
 * @param allowMethods of requests that are asked for beforehand
 * @param allowHeaders of requests; {@code *} for all
 * @param exposeHeaders of responses, that the page may read
 * @param maxAge how long a browser need not ask again; zero for its own time
 */
public record Cors(
    List<String> allowOrigins,
    List<String> allowMethods,
    List<String> allowHeaders,
    List<String> exposeHeaders,
    boolean allowCredentials,
    Duration maxAge)
    implements Middleware.Spec {
  private static final String NAMES = "names, or *";
  private static final List<String> SIMPLE_METHODS = List.of("GET", "HEAD", "POST");

  static Cors read(JsonRecord json) throws JsonRecord.BadValue {
    List<String> methods = json.tokens("AllowMethods", NAMES);
    Cors cors =
        new Cors(
            json.strings("AllowOrigins"),
            methods.isEmpty() ? SIMPLE_METHODS : methods,
            json.tokens("AllowHeaders", NAMES),
            json.tokens("ExposeHeaders", NAMES),
            json.bool("AllowCredentials", false),
            json.duration("MaxAge", Duration.ZERO));
    if (cors.allowOrigins.isEmpty()) {
      throw json.bad("AllowOrigins", "nothing", "origins such as https://a.example");
    }
    for (String origin : cors.allowOrigins) {
      if (!isOrigin(origin)) {
        throw json.bad(
            "AllowOrigins",
            "\"" + origin + "\"",
            "scheme and host, such as https://a.example, https://*.a.example or *");
      }
    }
    boolean everybody =
        cors.allowOrigins.contains("*")
            || cors.allowHeaders.contains("*")
            || cors.exposeHeaders.contains("*")
            || cors.allowMethods.contains("*");
    if (cors.allowCredentials && everybody) {
      throw json.bad("AllowCredentials", "true beside *", "the names of those who may");
    }
    return cors;
  }

  private static boolean isOrigin(String text) {
    int scheme = text.indexOf("://");
    if (scheme <= 0) {
      return text.equals("*") || text.equals("null");
    }
    String host = text.substring(scheme + 3);
    String name = host.startsWith("*.") ? host.substring(2) : host;
    int port = name.lastIndexOf(':');
    boolean hasPort = port >= 0 && name.indexOf(']') < port;
    return Names.isToken(text.substring(0, scheme))
        && (!hasPort || Ports.parse(name.substring(port + 1)) > 0)
        && Names.isHost(hasPort ? name.substring(0, port) : name);
  }
}
