package io.sluice.gateway.config;

import com.google.re2j.Pattern;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code redirect}: sends clients elsewhere; a request whose URL would stay the same passes.
 *
 * @param scheme {@code http} or {@code https}; empty for that of the request
 * @param host empty for that of the request
 * @param port 0 for the scheme's own where that changes, else that of the request
 * @param regexp what is replaced in the whole URL, RE2; null where the three say it
 * @param replacement of what was found; null where the three say it
 * @param statusCode 301, 302, 303, 307 or 308 (RFC 9110 section 15.4)
 */
public record Redirect(
    String scheme,
    String host,
    int port,
    @Nullable Pattern regexp,
    @Nullable Replacement replacement,
    int statusCode)
    implements Middleware.Spec {
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);
  private static final int PERMANENT = 308;

  static Redirect read(JsonRecord json) throws JsonRecord.BadValue {
    int status = (int) json.integer("StatusCode", PERMANENT, 0, Integer.MAX_VALUE);
    if (!STATUSES.contains(status)) {
      throw json.bad("StatusCode", Integer.toString(status), "301, 302, 303, 307 or 308");
    }
    String scheme = json.string("Scheme", "").toLowerCase(Locale.ROOT);
    String host = json.string("Host", "");
    int port = (int) json.integer("Port", 0, 0, 65_535);
    boolean byParts = !scheme.isEmpty() || !host.isEmpty() || port != 0;
    boolean byRegexp = !json.string("Regexp", "").isEmpty();
    if (byParts == byRegexp) {
      throw json.bad(
          "Regexp",
          byParts ? "it beside Scheme, Host or Port" : "nothing, and no Scheme, Host or Port",
          "the one or the other");
    }
    if (!scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
      throw json.bad("Scheme", "\"" + scheme + "\"", "http or https");
    }
    if (!host.isEmpty() && !Names.isHost(host)) {
      throw json.bad("Host", "\"" + host + "\"", "a host such as www.example.com, without a port");
    }
    Pattern regexp = byRegexp ? json.regexp("Regexp") : null;
    Replacement replacement = regexp == null ? null : Replacement.read(json, regexp, false);
    return new Redirect(scheme, host, port, regexp, replacement, status);
  }
}
