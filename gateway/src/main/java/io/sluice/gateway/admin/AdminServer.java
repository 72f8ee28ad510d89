package io.sluice.gateway.admin;

import io.sluice.gateway.control.ControlStatus;
import io.sluice.gateway.fleet.RouteTree;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoint;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /healthz}, {@code /readyz}, {@code /metrics}, {@code /status}, {@code POST /store/accept},
 * and Vulcand's {@code /v2} ({@link VulcandApi}).
 *
 * <p>Bound to loopback unless the operator says otherwise. A browser is no way in: a request whose
 * Host is a name other than localhost is refused while the address is a loopback one (DNS
 * rebinding), and a POST must be JSON.
 */
public final class AdminServer implements AutoCloseable {
  /**
   * What the API shows and does.
   *
   * @param id the gateway's name
   * @param status the control plane's snapshot
   * @param endpoints the endpoints that are alive
   * @param draining whether the gateway is shutting down
   * @param inFlight exchanges under way
   * @param memory what is kept for strangers
   * @param connections clients' open connections
   * @param unbound the ids of listeners whose address could not be bound
   * @param accept passes on that the held tree is right
   * @param tree the routes, to be shown and changed
   */
  public record Subject(
      String id,
      Supplier<ControlStatus> status,
      Supplier<Collection<Endpoint>> endpoints,
      Telemetry telemetry,
      BooleanSupplier draining,
      IntSupplier inFlight,
      Supplier<List<Ledger.Use>> memory,
      IntSupplier connections,
      Supplier<List<String>> unbound,
      Runnable accept,
      RouteTree tree) {
    /** Whether it serves a table whose listeners are all bound, and is not on its way out. */
    public boolean isReady() {
      return status.get().isServing() && !draining.getAsBoolean() && unbound.get().isEmpty();
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private static final long RENEW_MILLIS = 60_000;
  private static final int HANDSHAKE_SECONDS = 5;
  private static final int MOST_BODY_BYTES = 1_024;
  private static final int MOST_RECORD_BYTES = 2 * 1_024 * 1_024;
  private static final Set<HttpMethod> BODIES = Set.of(HttpMethod.POST, HttpMethod.PUT);
  private static final Set<String> OPEN_PATHS = Set.of("/healthz", "/readyz");

  private final Subject subject;
  private final AdminAccess access;
  private final AdminConnections clients;

  @Bounded("by the connections that are open")
  private final List<RoutingContext> scrapers = new ArrayList<>();

  private final Vertx vertx;
  private final HttpServer server;
  private final boolean loopback;
  private final VulcandApi vulcand;

  private AdminServer(Subject subject, String host, AdminAccess access, Vertx vertx) {
    this.subject = subject;
    this.access = access;
    this.clients = new AdminConnections(vertx);
    this.vulcand =
        new VulcandApi(
            subject.tree, new RecentTraffic(subject.telemetry::scrape, System::nanoTime));
    this.vertx = vertx;
    this.loopback = AdminAccess.isLoopback(host);
    this.server = vertx.createHttpServer(options(access)).connectionHandler(clients::opened);
    if (access.isSecure()) {
      // A certificate that was renewed on the disk is taken without a restart.
      vertx.setPeriodic(
          RENEW_MILLIS,
          timer ->
              server
                  .updateSSLOptions(options(access).getSslOptions(), true)
                  .onFailure(unusable -> LOG.warn("--admin-cert: {}", unusable.getMessage())));
    }
  }

  private static HttpServerOptions options(AdminAccess access) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHttp2ClearTextEnabled(false)
            .setMaxInitialLineLength(2_048)
            .setMaxHeaderSize(8_192)
            .setIdleTimeout(60);
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

  /**
   * Binds and serves.
   *
   * @throws IllegalStateException when the address cannot be bound
   */
  public static AdminServer start(Subject subject, String host, int port, AdminAccess access)
      throws InterruptedException {
    // Names are resolved by the JDK: nothing here asks a DNS server by itself.
    System.setProperty("vertx.disableDnsResolver", "true");
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
    AdminServer admin = new AdminServer(subject, host, access, vertx);
    try {
      admin
          .server
          .requestHandler(admin.router())
          .listen(port, host)
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      return admin;
    } catch (ExecutionException | TimeoutException failed) {
      admin.close();
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new IllegalStateException(
          "admin address " + host + ":" + port + " cannot be bound: " + cause.getMessage(), failed);
    }
  }

  /** The port that was bound, where 0 was asked for. */
  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(5, TimeUnit.SECONDS)
        .exceptionally(failed -> null)
        .join();
  }

  private Router router() {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              clients.asked(context.request());
              context.next();
            });
    router.route().handler(this::checkHost).handler(this::checkOrigin).handler(this::checkToken);
    BodyHandler records = BodyHandler.create(false).setBodyLimit(MOST_RECORD_BYTES);
    BodyHandler small = BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES);
    router
        .route()
        .handler(
            context -> {
              boolean writes = BODIES.contains(context.request().method());
              BodyHandler body = VulcandApi.isOf(context.request().path()) ? records : small;
              if (writes) {
                body.handle(context);
              } else {
                context.next();
              }
            })
        .handler(
            context -> {
              if (VulcandApi.isOf(context.request().path())) {
                vulcand(context);
              } else {
                context.next();
              }
            });
    router
        .get("/healthz")
        .handler(context -> json(context, 200, new JsonObject().put("status", "ok")));
    router.get("/readyz").handler(this::ready);
    router.get("/metrics").handler(this::metrics);
    router.get("/status").handler(context -> json(context, 200, StatusPage.of(subject)));
    router.post("/store/accept").handler(this::accept);
    router.errorHandler(
        404, context -> json(context, 404, new JsonObject().put("message", "Object not found")));
    router.errorHandler(
        413,
        context ->
            json(
                context,
                413,
                new JsonObject()
                    .put("message", "expected a body of at most " + MOST_BODY_BYTES + " bytes")));
    router.errorHandler(
        405, context -> json(context, 405, new JsonObject().put("message", "Method not allowed")));
    router.errorHandler(
        500,
        context -> {
          LOG.warn("the admin API failed at {}", context.normalizedPath(), context.failure());
          json(context, 500, new JsonObject().put("message", "the admin API failed"));
        });
    return router;
  }

  /**
   * One scrape for all who ask in the same turn of the loop, so that a probe waits for one only.
   */
  private void metrics(RoutingContext context) {
    scrapers.add(context);
    if (scrapers.size() == 1) {
      vertx.runOnContext(turn -> scrape());
    }
  }

  /** Its work waits for the store, so it is done beside the event loop, one after the other. */
  private void vulcand(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    String body = context.body() == null ? null : context.body().asString();
    String method = context.request().method().name();
    Map<String, String> query = new TreeMap<>();
    context.queryParams().forEach(query::put);
    VulcandApi.Request request =
        new VulcandApi.Request(
            method,
            context.request().path(),
            query,
            isJson(type),
            body == null ? "" : body,
            "/v2 of " + subject.id);
    vertx
        .executeBlocking(() -> vulcand.answer(request))
        .onFailure(context::fail)
        .onSuccess(
            answer ->
                context
                    .response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", "application/json; charset=utf-8")
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .end(answer.text()));
  }

  private static boolean isJson(@Nullable String type) {
    return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/json");
  }

  private void scrape() {
    List<RoutingContext> asked = List.copyOf(scrapers);
    scrapers.clear();
    Buffer page = Buffer.buffer(subject.telemetry.scrape());
    for (RoutingContext each : asked) {
      each.response().putHeader("Content-Type", PROMETHEUS_TEXT).end(page);
    }
  }

  /** What a page of another origin made a browser ask for (Fetch Metadata; RFC 6454 section 7). */
  private void checkOrigin(RoutingContext context) {
    String site = context.request().getHeader("Sec-Fetch-Site");
    String origin = context.request().getHeader("Origin");
    boolean foreign =
        origin != null
            && !origin.equals(
                (access.isSecure() ? "https://" : "http://") + context.request().getHeader("Host"));
    boolean writes = !context.request().method().equals(HttpMethod.GET);
    if ((writes && (foreign || "same-site".equals(site))) || "cross-site".equals(site)) {
      json(
          context,
          403,
          new JsonObject().put("message", "found a request of a page of another origin"));
    } else {
      context.next();
    }
  }

  /** Probes need no token: what they are told, anybody may know. */
  private void checkToken(RoutingContext context) {
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
      json(
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

  private void checkHost(RoutingContext context) {
    String host = context.request().getHeader("Host");
    String name = host == null ? "" : host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
    if (context.request().headers().getAll("Host").size() > 1) {
      json(context, 400, new JsonObject().put("message", "found more than one Host"));
    } else if (loopback && !LOOPBACK_NAMES.contains(name) && !name.matches("127(\\.\\d{1,3}){3}")) {
      json(
          context,
          421,
          new JsonObject().put("message", "found Host \"" + name + "\", expected localhost"));
    } else {
      context.next();
    }
  }

  private void ready(RoutingContext context) {
    ControlStatus status = subject.status.get();
    boolean ready = subject.isReady();
    JsonObject body =
        new JsonObject()
            .put("ready", ready)
            .put("draining", subject.draining.getAsBoolean())
            .put("revision", status.table().revision())
            .put("source", status.origin())
            .put("age_seconds", Duration.between(status.appliedAt(), Instant.now()).toSeconds())
            .put("store_connected", status.source().connected())
            .put("store_held", !status.source().held().isEmpty())
            .put("unbound", new JsonArray(subject.unbound.get()))
            .put("problems", status.problems().size());
    json(context, ready ? 200 : 503, body);
  }

  private void accept(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    if (!isJson(type)) {
      json(
          context,
          415,
          new JsonObject()
              .put("message", "found Content-Type " + type + ", expected application/json"));
      return;
    }
    String held = subject.status.get().source().held();
    if (held.isEmpty()) {
      json(context, 409, new JsonObject().put("message", "no tree is held back"));
      return;
    }
    subject.accept.run();
    json(context, 202, new JsonObject().put("message", "accepted").put("held", held));
  }

  private static void json(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(body.encode() + "\n");
  }
}
