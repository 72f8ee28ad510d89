package io.sluice.gateway.admin;

import io.sluice.gateway.control.ControlStatus;
import io.sluice.gateway.fleet.RouteTree;
import io.sluice.gateway.memory.Ledger;
import io.sluice.gateway.rollout.ReportPage;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.telemetry.AccessLog;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoint;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /healthz}, {@code /readyz}, {@code /metrics}, {@code /status}, {@code POST /store/accept},
 * {@code /frontends}, {@code /requests}, {@code /events}, {@code /openapi.json}, what {@link
 * FleetPages} and {@link DecisionPages} have, the {@link Page} at {@code /}, and Vulcand's {@code
 * /v2} ({@link VulcandApi}); the first three also at an address of their own, open to whoever
 * reaches it.
 *
 * <p>Bound to loopback unless the operator says otherwise; who may ask is {@link AdminDoor}'s.
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
   * @param log where exchanges are found again
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
      RouteTree tree,
      AccessLog log) {
    /** Whether it serves a table whose listeners are all bound, and is not on its way out. */
    public boolean isReady() {
      return status.get().isServing() && !draining.getAsBoolean() && unbound.get().isEmpty();
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

  /** Servers of which the page is told each second. */
  private static final int MOST_SHOWN = 1_000;

  private static final long RENEW_MILLIS = 60_000;
  private static final int MOST_BODY_BYTES = 1_024;
  private static final int MOST_RECORD_BYTES = 2 * 1_024 * 1_024;
  private static final Set<HttpMethod> BODIES = Set.of(HttpMethod.POST, HttpMethod.PUT);

  private static final Buffer DESCRIPTION = Buffer.buffer(resource("openapi.json"));

  private final Subject subject;
  private final AdminDoor door;
  private final AdminConnections clients;

  private final MetricsPage metrics;
  private final Vertx vertx;
  private final HttpServer server;
  private final VulcandApi vulcand;
  private final RequestPages requests;
  private final FrontendsPage frontends;
  private final FleetPages fleet;
  private final DecisionPages decisions;
  private final EventStream events;
  private final Page page = new Page(resource("page.html"), ReportPage.STYLE);

  private AdminServer(Subject subject, String host, AdminAccess access, Vertx vertx) {
    this.subject = subject;
    this.door = new AdminDoor(access, host);
    this.clients = new AdminConnections(vertx);
    RecentTraffic traffic = new RecentTraffic(subject.telemetry::scrape, System::nanoTime);
    this.vulcand = new VulcandApi(subject.tree, traffic);
    this.vertx = vertx;
    this.metrics = new MetricsPage(subject.telemetry, vertx);
    this.requests = new RequestPages(subject.log, vertx, clients::goesOn);
    Supplier<RoutingTable> tables = () -> subject.status.get().table();
    this.frontends = new FrontendsPage(tables);
    this.fleet = new FleetPages(subject.tree, new Slow(vertx, "fleet"));
    this.decisions =
        new DecisionPages(
            tables, subject.tree, subject.log, new Slow(vertx, "explain"), new Slow(vertx, "why"));
    this.events =
        new EventStream(
            vertx, () -> StatusPage.brief(subject, MOST_SHOWN), traffic::rates, clients::goesOn);
    this.server = vertx.createHttpServer(door.options()).connectionHandler(clients::opened);
    if (access.isSecure()) {
      // A certificate that was renewed on the disk is taken without a restart.
      vertx.setPeriodic(
          RENEW_MILLIS,
          timer ->
              server
                  .updateSSLOptions(door.options().getSslOptions(), true)
                  .onFailure(unusable -> LOG.warn("--admin-cert: {}", unusable.getMessage())));
    }
  }

  /**
   * Binds and serves.
   *
   * @param metrics where metrics may be read by anybody; null for nowhere
   * @throws IllegalStateException when the address cannot be bound
   */
  public static AdminServer start(
      Subject subject,
      String host,
      int port,
      AdminAccess access,
      @Nullable InetSocketAddress metrics)
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
      bind("admin address", admin.server.requestHandler(admin.router()), host, port);
      if (metrics != null) {
        HttpServer open = vertx.createHttpServer(AdminDoor.inClear());
        bind(
            "metrics address",
            open.connectionHandler(admin.clients::opened).requestHandler(admin.openRouter()),
            metrics.getHostString(),
            metrics.getPort());
      }
      return admin;
    } catch (IllegalStateException failed) {
      admin.close();
      throw failed;
    }
  }

  private static void bind(String what, HttpServer server, String host, int port)
      throws InterruptedException {
    try {
      server.listen(port, host).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new IllegalStateException(
          what + " " + host + ":" + port + " cannot be bound: " + cause.getMessage(), failed);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = AdminServer.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
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

  /** What anybody may read where the operator has named an address for it, and nothing else. */
  private Router openRouter() {
    Router router = watchedRouter();
    well(router);
    return router;
  }

  /** How the gateway is, without a word of what it serves. */
  private void well(Router router) {
    router
        .get("/healthz")
        .handler(context -> JsonAnswer.send(context, 200, new JsonObject().put("status", "ok")));
    router.get("/readyz").handler(this::ready);
    router.get("/metrics").handler(metrics::show);
    router.errorHandler(404, context -> JsonAnswer.message(context, 404, "Object not found"));
    router.errorHandler(405, context -> JsonAnswer.message(context, 405, "Method not allowed"));
    router.errorHandler(400, context -> JsonAnswer.message(context, 400, "found no target"));
  }

  /** One whose clients have a time for each request. */
  private Router watchedRouter() {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              clients.asked(context.request());
              if (isReadable(context)) {
                context.next();
              } else {
                JsonAnswer.message(
                    context, 400, "found a target that cannot be read, expected RFC 3986's");
              }
            });
    return router;
  }

  /** Whether its path and its query are encoded as they have to be. */
  private static boolean isReadable(RoutingContext context) {
    try {
      return context.normalizedPath() != null && context.queryParams() != null;
    } catch (RuntimeException unreadable) {
      return false;
    }
  }

  private Router router() {
    Router router = watchedRouter();
    router.route().handler(door::checkHost).handler(door::checkOrigin).handler(door::checkToken);
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
    well(router);
    router.get("/status").handler(context -> JsonAnswer.send(context, 200, StatusPage.of(subject)));
    router.get("/").handler(page::show);
    router.get("/frontends").handler(frontends::show);
    router.get("/requests").handler(requests::follow);
    router.get("/requests/:id").handler(requests::one);
    router.get("/events").handler(events::follow);
    fleet.routes(router);
    decisions.routes(router);
    router.get("/openapi.json").handler(AdminServer::describe);
    router.post("/store/accept").handler(this::accept);
    router.errorHandler(
        413,
        context ->
            JsonAnswer.message(
                context, 413, "expected a body of at most " + MOST_BODY_BYTES + " bytes"));
    router.errorHandler(
        500,
        context -> {
          LOG.warn("the admin API failed at {}", context.normalizedPath(), context.failure());
          JsonAnswer.message(context, 500, "the admin API failed");
        });
    return router;
  }

  private static void describe(RoutingContext context) {
    context
        .response()
        .putHeader("Content-Type", "application/json")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(DESCRIPTION);
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
    JsonAnswer.send(context, ready ? 200 : 503, body);
  }

  private void accept(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    if (!isJson(type)) {
      JsonAnswer.message(
          context, 415, "found Content-Type " + type + ", expected application/json");
      return;
    }
    String held = subject.status.get().source().held();
    if (held.isEmpty()) {
      JsonAnswer.message(context, 409, "no tree is held back");
      return;
    }
    subject.accept.run();
    JsonAnswer.send(context, 202, new JsonObject().put("message", "accepted").put("held", held));
  }
}
