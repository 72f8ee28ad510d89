package io.sluice.gateway.admin;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who may ask the admin API. A browser is no way in: a request whose Host is a name other than
 * localhost is refused while the address is a loopback one (DNS rebinding), and so is what a page
 * of another origin asks for.
 */
final class AdminDoor {
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Set<String> OPEN_PATHS = Set.of("/healthz", "/readyz", "/");
  private static final int HANDSHAKE_SECONDS = 5;

  private final AdminAccess access;
  private final boolean loopback;

  /**
   * @param host where the API listens
   */
  AdminDoor(AdminAccess access, String host) {
    this.access = access;
    this.loopback = AdminAccess.isLoopback(host);
  }

  /** How a server listens that anybody may reach: small heads, and no connection that idles. */
  static HttpServerOptions inClear() {
    return new HttpServerOptions()
        .setHttp2ClearTextEnabled(false)
        .setMaxInitialLineLength(2_048)
        .setMaxHeaderSize(8_192)
        .setIdleTimeout(60);
  }

  /** The same with TLS, where there is a certificate. */
  HttpServerOptions options() {
    HttpServerOptions options = inClear();
    if (access.cert() != null && access.key() != null) {
      options
          .setSsl(true)
          .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .addCertPath(access.cert().toString())
                  .addKeyPath(access.key().toString()));
    }
    if (access.clientCa() != null) {
      // Whoever shows none may still ask whether the gateway is well.
      options
          .setClientAuth(ClientAuth.REQUEST)
          .setTrustOptions(new PemTrustOptions().addCertPath(access.clientCa().toString()));
    }
    return options;
  }

  /** What a page of another origin made a browser ask for (Fetch Metadata; RFC 6454 section 7). */
  void checkOrigin(RoutingContext context) {
    String site = context.request().getHeader("Sec-Fetch-Site");
    String origin = context.request().getHeader("Origin");
    boolean foreign =
        origin != null
            && !origin.equals(
                (access.isSecure() ? "https://" : "http://") + context.request().getHeader("Host"));
    boolean writes = !context.request().method().equals(HttpMethod.GET);
    if ((writes && (foreign || "same-site".equals(site))) || "cross-site".equals(site)) {
      JsonAnswer.send(
          context,
          403,
          new JsonObject().put("message", "found a request of a page of another origin"));
    } else {
      context.next();
    }
  }

  /** Probes need no token: what they are told, anybody may know. */
  void checkToken(RoutingContext context) {
    String shown = context.request().getHeader("Authorization");
    AdminTokens.Role role =
        hasCertificate(context)
            ? AdminTokens.Role.WRITE
            : access.tokens().role(shown == null ? "" : shown);
    boolean reads = context.request().method().equals(HttpMethod.GET);
    if (OPEN_PATHS.contains(context.normalizedPath()) || role == AdminTokens.Role.WRITE) {
      context.next();
    } else if (role == AdminTokens.Role.READ && reads) {
      context.next();
    } else {
      boolean unknown = role == AdminTokens.Role.NONE;
      context.response().putHeader("WWW-Authenticate", "Bearer");
      JsonAnswer.send(
          context,
          unknown ? 401 : 403,
          new JsonObject()
              .put(
                  "message",
                  unknown
                      ? "found no token that is known, expected Authorization: Bearer TOKEN"
                      : "found a token that may read, expected one that may write"));
    }
  }

  /** Whether it shows a certificate that the trusted have made; TLS has checked it then. */
  private static boolean hasCertificate(RoutingContext context) {
    SSLSession session = context.request().connection().sslSession();
    try {
      return session != null && session.getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException none) {
      return false;
    }
  }

  void checkHost(RoutingContext context) {
    String host = context.request().getHeader("Host");
    String name = host == null ? "" : host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
    if (context.request().headers().getAll("Host").size() > 1) {
      JsonAnswer.send(context, 400, new JsonObject().put("message", "found more than one Host"));
    } else if (loopback && !LOOPBACK_NAMES.contains(name) && !name.matches("127(\\.\\d{1,3}){3}")) {
      JsonAnswer.send(
          context,
          421,
          new JsonObject().put("message", "found Host \"" + name + "\", expected localhost"));
    } else {
      context.next();
    }
  }
}
