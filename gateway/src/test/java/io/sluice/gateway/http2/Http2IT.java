package io.sluice.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Both versions of HTTP on both sides, with another implementation's client and server. */
class Http2IT {
  private static final byte[] MEBIBYTE = new byte[1024 * 1024];

  private static Vertx vertx;
  private static TestCertificate certificate;

  /** How servers are spoken to. */
  enum Server {
    HTTP1,
    H2C,
    TLS
  }

  private final List<HttpServerRequest> hanging = new CopyOnWriteArrayList<>();
  private final List<HttpServerRequest> cancelled = new CopyOnWriteArrayList<>();
  private TestGateway gateway;
  private HttpServer origin;
  private int port;

  @BeforeAll
  static void prepare() {
    new Random(1).nextBytes(MEBIBYTE);
    vertx = Vertx.vertx();
    certificate = TestCertificate.of("localhost", "127.0.0.1");
  }

  @AfterAll
  static void end() {
    await(vertx.close());
  }

  @BeforeEach
  void start() {
    gateway = TestGateway.onFolder();
    port = gateway.listener("public");
  }

  @AfterEach
  void stop() {
    gateway.close();
    await(origin.close());
  }

  private void serve(Server kind) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setHttp2ClearTextEnabled(kind == Server.H2C);
    String settings = kind == Server.H2C ? "'Protocol':'h2c'" : "";
    String scheme = "http";
    if (kind == Server.TLS) {
      options
          .setSsl(true)
          .setUseAlpn(true)
          .setKeyCertOptions(
              new PemKeyCertOptions()
                  .setCertValue(Buffer.buffer(certificate.certificate()))
                  .setKeyValue(Buffer.buffer(certificate.privateKey())));
      settings = "'TLS':{'RootCAs':'" + certificate.certificate().replace("\n", "\\n") + "'}";
      scheme = "https";
    }
    origin = await(vertx.createHttpServer(options).requestHandler(this::answer).listen());
    gateway.put("backends/b/backend", "{'Type':'http','Settings':{" + settings + "}}");
    gateway.put(
        "backends/b/servers/s", "{'URL':'" + scheme + "://127.0.0.1:" + origin.actualPort() + "'}");
    gateway.frontend("f", "b", "PathRegexp(`.*`)");
    gateway.awaitServing(port);
    Awaitility.await()
        .until(
            () ->
                gateway.gateway().status().table().frontends().containsKey("f")
                    && gateway.gateway().status().table().backend("b") != null
                    && !gateway.gateway().status().table().backend("b").wanted().isEmpty());
  }

  private void answer(HttpServerRequest request) {
    request.response().putHeader("x-version", request.version().name());
    if (request.path().equals("/hang")) {
      request.response().exceptionHandler(gone -> cancelled.add(request));
      request.response().closeHandler(gone -> cancelled.add(request));
      hanging.add(request);
      return;
    }
    request
        .body()
        .onSuccess(
            body -> {
              request.response().setChunked(true).putHeader("trailer", "x-sum");
              request.response().putTrailer("x-sum", Integer.toString(body.length()));
              String sent = request.getHeader("x-request-trailer");
              request.response().putHeader("x-got", sent == null ? "" : sent);
              request.response().write(body);
              request.response().end();
            });
  }

  private HttpClient client(HttpVersion version) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setProtocolVersion(version)
            .setHttp2ClearTextUpgrade(false)
            .setDefaultHost("127.0.0.1")
            .setDefaultPort(port),
        new PoolOptions().setHttp2MaxSize(1).setHttp1MaxSize(64));
  }

  private static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(Patience.TIME.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  record Answer(HttpClientResponse head, Buffer body) {}

  private static Future<Answer> post(HttpClient client, String path, Buffer body) {
    return client
        .request(HttpMethod.POST, path)
        .compose(request -> request.putHeader("te", "trailers").send(body))
        .compose(response -> response.body().map(bytes -> new Answer(response, bytes)));
  }

  static Stream<Arguments> combinations() {
    return Stream.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)
        .flatMap(client -> Stream.of(Server.values()).map(server -> Arguments.of(client, server)));
  }

  @ParameterizedTest(name = "client {0}, server {1}")
  @MethodSource("combinations")
  void bodiesAndTrailersPassBothWays(HttpVersion version, Server kind) {
    serve(kind);
    HttpClient client = client(version);

    Answer small = await(post(client, "/small", Buffer.buffer("hello")));
    Answer large = await(post(client, "/large", Buffer.buffer(MEBIBYTE)));
    Answer none = await(post(client, "/none", Buffer.buffer()));

    assertThat(small.body.toString()).isEqualTo("hello");
    assertThat(small.head.getTrailer("x-sum")).isEqualTo("5");
    assertThat(small.head.getHeader("x-version"))
        .isEqualTo(kind == Server.HTTP1 ? "HTTP_1_1" : "HTTP_2");
    assertThat(large.body.getBytes()).isEqualTo(MEBIBYTE);
    assertThat(none.body.length()).isZero();
    await(client.close());
  }

  @ParameterizedTest(name = "client {0}, server {1}")
  @MethodSource("combinations")
  void manyExchangesAtOnceEachGetTheirOwnAnswer(HttpVersion version, Server kind) {
    serve(kind);
    HttpClient client = client(version);

    List<Future<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      answers.add(post(client, "/" + i, Buffer.buffer("body " + i)));
    }

    for (int i = 0; i < 300; i++) {
      assertThat(await(answers.get(i)).body.toString()).isEqualTo("body " + i);
    }
    await(client.close());
  }

  @ParameterizedTest(name = "client {0}, server {1}")
  @MethodSource("combinations")
  void aClientThatGivesUpCancelsTheRequestAtTheServer(HttpVersion version, Server kind) {
    serve(kind);
    HttpClient client = client(version);
    HttpClientRequest request = await(client.request(HttpMethod.GET, "/hang"));
    Future<HttpClientResponse> never = request.send();
    // Until then there is nothing at the server to be cancelled.
    Awaitility.await().until(() -> !hanging.isEmpty());

    request.reset();

    Awaitility.await().until(() -> !cancelled.isEmpty() && meterInFlight() == 0);
    assertThat(never.succeeded()).isFalse();
    await(client.close());
  }

  private double meterInFlight() {
    return gateway.meter("sluice_exchanges_in_flight");
  }

  @Test
  void oneConnectionCarriesTheExchangesOfALoop() {
    serve(Server.H2C);
    HttpClient client = client(HttpVersion.HTTP_2);

    for (int i = 0; i < 50; i++) {
      await(post(client, "/" + i, Buffer.buffer("x")));
    }

    var endpoint = gateway.admin("/status").body();
    assertThat(endpoint).contains("\"connections\":1");
    await(client.close());
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void trailersThatComeAloneEndARequest(Server kind) {
    serve(kind);
    try (H2Wire wire = new H2Wire(port)) {
      byte[] post =
          H2Wire.section(":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
      wire.frame(H2Wire.HEADERS, H2Wire.END_HEADERS, 1, post);
      wire.frame(H2Wire.DATA, 0, 1, "test".getBytes(StandardCharsets.US_ASCII));
      wire.frame(H2Wire.PING, 0, 0, new byte[8]);
      assertThat(wire.next(H2Wire.PING)).isNotNull();

      byte[] trailers = H2Wire.section("x-sum", "1");
      wire.frame(H2Wire.HEADERS, H2Wire.END_HEADERS | H2Wire.END_STREAM, 1, trailers);

      assertThat(wire.next(H2Wire.HEADERS)).isNotNull();
    }
  }

  @Test
  void theAdminApiAnswersAClientThatWouldRatherSpeakHttp2() throws Exception {
    serve(Server.HTTP1);
    URI healthz = URI.create("http://127.0.0.1:" + gateway.adminPort() + "/healthz");

    try (var client = java.net.http.HttpClient.newHttpClient()) {
      var answer =
          client.send(
              java.net.http.HttpRequest.newBuilder(healthz).build(),
              java.net.http.HttpResponse.BodyHandlers.discarding());

      assertThat(client.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aListenerThatGoesSaysGoodbyeInTwoStepsAndLetsStreamsEnd() {
    serve(Server.HTTP1);
    HttpClient client = client(HttpVersion.HTTP_2);
    CompletableFuture<Integer> goodbye = new CompletableFuture<>();
    HttpClientRequest open = await(client.request(HttpMethod.POST, "/slow"));
    open.connection().goAwayHandler(away -> goodbye.complete(away.getLastStreamId()));
    open.setChunked(true);
    await(open.write("first "));

    gateway.remove("listeners/public");
    gateway.put(
        "listeners/other",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + FreePort.next() + "'}}");

    assertThat(goodbye.orTimeout(Patience.TIME.toSeconds(), TimeUnit.SECONDS).join())
        .isEqualTo(Integer.MAX_VALUE);
    Future<Buffer> answer = open.response().compose(HttpClientResponse::body);
    await(open.end("last"));
    assertThat(await(answer).toString()).isEqualTo("first last");
    await(client.close());
  }
}
