package io.sluice.gtin.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Who may use what only the private address has. A page in a browser inside the network can send
 * there too: under a name of its own that it makes lead here ("DNS rebinding"), or from another
 * site. So the request's host has to be an address, a name that nobody outside can own, or one that
 * the operator has allowed; and no page of another site may ask ({@code Origin}, RFC 6454; {@code
 * Sec-Fetch-Site}, Fetch Metadata Request Headers).
 */
final class PrivateNames {
  /** Domains that are never handed out (RFC 6761, 6762, 8375; ICANN's {@code internal}). */
  private static final List<String> NOBODYS =
      List.of(".localhost", ".local", ".home.arpa", ".internal", ".test");

  private final List<String> allowed = new ArrayList<>(NOBODYS);

  /**
   * @param allowed further names; with a dot in front, all below it
   */
  PrivateNames(List<String> allowed) {
    allowed.forEach(name -> this.allowed.add(name.toLowerCase(Locale.ROOT)));
  }

  /** Lets a request pass, or answers it. */
  void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    // A page that has its own name lead here writes what it likes as forwarded host, so both count.
    Authority own = Authority.ofHost(request);
    Authority asked = Authority.of(request);
    if (own == null || asked == null) {
      Sending.problem(context, Problem.MALFORMED_HOST, "expected a host, with a port or without");
    } else if (!isAllowed(own) || !isAllowed(asked)) {
      Sending.problem(
          context,
          Problem.FOREIGN_HOST,
          "found host "
              + (isAllowed(own) ? asked : own).host()
              + ", expected an address, a name without a dot, or one that --private-name allows");
    } else if (isOfAnotherSite(request, asked)) {
      Sending.problem(
          context,
          Problem.FOREIGN_PAGE,
          "found a request of a web page of another origin, expected none but of " + asked);
    } else {
      context.next();
    }
  }

  private static boolean isOfAnotherSite(HttpServerRequest request, Authority asked) {
    String site = request.getHeader("Sec-Fetch-Site");
    if ("cross-site".equals(site) || "same-site".equals(site)) {
      return true;
    }
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return false;
    }
    Authority from = Authority.ofOrigin(origin);
    return from == null || !from.isSameHost(asked);
  }

  private boolean isAllowed(Authority asked) {
    String host = asked.host().replaceFirst("\\.$", "");
    if (asked.isAddress() || host.indexOf('.') < 0) {
      return true;
    }
    for (String name : allowed) {
      if (name.startsWith(".") ? host.endsWith(name) : host.equals(name)) {
        return true;
      }
    }
    return false;
  }
}
