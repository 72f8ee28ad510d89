package io.sluice.gtin.http;

import io.sluice.gtin.catalog.Catalogue;
import io.sluice.gtin.telemetry.RequestLog;
import io.sluice.gtin.telemetry.Spans;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The two listening sockets of the service: public for reading, private for everything. */
public final class ApiServer {
  private static final int START_SECONDS = 10;

  private final Vertx vertx;
  private final HttpServer publicServer;
  private final HttpServer privateServer;
  private @Nullable Api api;
  private volatile boolean ready;

  private ApiServer(Vertx vertx, HttpServer publicServer, HttpServer privateServer) {
    this.vertx = vertx;
    this.publicServer = publicServer;
    this.privateServer = privateServer;
  }

  /**
   * Binds both sockets and serves, not ready yet.
   *
   * @param knowledge what an operator has told of numbers
   * @param privateNames under which the private address may be asked to change something, besides
   *     addresses and names that nobody outside can own
   * @param log gets a line for each request; closed by whoever opened it, as spans are
   * @throws IOException when an address cannot be bound
   */
  public static ApiServer start(
      Catalogue catalogue,
      Accept accept,
      Knowledge knowledge,
      SocketAddress publicAddress,
      SocketAddress privateAddress,
      List<String> privateNames,
      RequestLog log,
      Spans spans)
      throws IOException, InterruptedException {
    // Names are resolved by the JDK: nothing here asks a DNS server by itself.
    System.setProperty("vertx.disableDnsResolver", "true");
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
                .setWorkerPoolSize(Runtime.getRuntime().availableProcessors())
                .setInternalBlockingPoolSize(2));
    HttpServerOptions options =
        new HttpServerOptions()
            .setIdleTimeout(75)
            .setAcceptBacklog(4096)
            .setTcpNoDelay(true)
            // Nothing here speaks WebSocket.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false);
    ApiServer server =
        new ApiServer(vertx, vertx.createHttpServer(options), vertx.createHttpServer(options));
    RequestMeters meters = new RequestMeters(log, spans);
    meters.watch(catalogue);
    Api api =
        new Api(
            vertx,
            catalogue,
            accept,
            knowledge,
            new PrivateNames(privateNames),
            () -> server.ready,
            meters);
    server.api = api;
    try {
      bind(server.publicServer, api.publicRouter(), publicAddress);
      bind(server.privateServer, api.privateRouter(), privateAddress);
      return server;
    } catch (IOException failed) {
      await(vertx.close());
      throw failed;
    }
  }

  /** The port that the public socket was bound to. */
  public int publicPort() {
    return publicServer.actualPort();
  }

  /** The port that the private socket was bound to. */
  public int privatePort() {
    return privateServer.actualPort();
  }

  /** Whether {@code /readyz} says that requests may be sent here. */
  public void ready(boolean now) {
    ready = now;
  }

  /** Stops accepting, finishes what is under way within the time, closes everything. */
  public void drain(Duration timeout) throws IOException, InterruptedException {
    await(
        Future.join(publicServer.shutdown(timeout), privateServer.shutdown(timeout)),
        timeout.plusSeconds(2));
    if (api != null) {
      api.close();
    }
    await(vertx.close());
  }

  private static void bind(HttpServer server, Router router, SocketAddress address)
      throws IOException, InterruptedException {
    try {
      Handler<HttpServerRequest> handler =
          request -> {
            if (request.method() == HttpMethod.OPTIONS && request.uri().equals("*")) {
              allow(request, router);
            } else {
              router.handle(request);
            }
          };
      await(server.invalidRequestHandler(Failures::refuse).requestHandler(handler).listen(address));
    } catch (IOException failed) {
      throw new IOException(address + " cannot be bound: " + failed.getMessage(), failed);
    }
  }

  /** What the server as a whole can do (RFC 9110 section 9.3.7). */
  private static void allow(HttpServerRequest request, Router router) {
    String methods =
        router.getRoutes().stream()
            .flatMap(route -> route.methods() == null ? Stream.of() : route.methods().stream())
            .map(HttpMethod::name)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    request.response().setStatusCode(204).putHeader("Allow", methods).end();
  }

  private static void await(Future<?> future) throws IOException, InterruptedException {
    await(future, Duration.ofSeconds(START_SECONDS));
  }

  private static void await(Future<?> future, Duration atMost)
      throws IOException, InterruptedException {
    try {
      future
          .toCompletionStage()
          .toCompletableFuture()
          .get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new IOException(String.valueOf(cause.getMessage()), cause);
    }
  }
}
