package io.sluice.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpServer;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans as a collector gets them, which reads OTLP by its field numbers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TracesIT {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";

  /** One as the collector has read it. */
  private record Span(
      String trace,
      String id,
      String parent,
      String name,
      long kind,
      long error,
      Map<String, String> attributes) {}

  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final Origin origin = Origin.echoing();
  private final int port = FreePort.next();
  private final int collectorPort = FreePort.next();
  private final Path folder = TestFolder.make("traces");
  private HttpServer collector;
  private Gateway gateway;

  @BeforeAll
  void start() throws Exception {
    collector = collector();
    put("listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + port + "'}}");
    put("backends/b/backend", "{'Type':'http'}");
    put("backends/b/servers/s", "{'URL':'" + origin.url() + "'}");
    put(
        "backends/half/backend",
        "{'Type':'http','Settings':{'OutlierDetection':{'ConsecutiveErrors':0}}}");
    put("backends/half/servers/a", "{'URL':'http://127.0.0.1:" + FreePort.next() + "'}");
    put("backends/half/servers/b", "{'URL':'" + origin.url() + "'}");
    frontend("never", "b", "PathRegexp(`^/never`)", "{'Trace':{'Sample':0}}");
    frontend("always", "b", "PathRegexp(`^/always`)", "{'Trace':{'Sample':1}}");
    frontend("half", "half", "PathRegexp(`^/half`)", "{'Trace':{'Sample':1}}");
    frontend("asks", "dead", "PathRegexp(`^/asks`)", "{'Trace':{'Sample':1}}");
    put("backends/dead/backend", "{'Type':'http'}");
    put("backends/dead/servers/s", "{'URL':'http://127.0.0.1:" + FreePort.next() + "'}");
    stage("asks", "forwardauth", "{'URL':'" + origin.url() + "/auth','Timeout':'5s'}");
    stage("asks", "mirror", "{'BackendId':'b','Percent':100}");
    stage(
        "asks",
        "errors",
        "{'Pages':[{'Status':'500-599','BackendId':'b','Path':'/errors/{status}'}]}");
    frontend("gone", "nowhere", "PathRegexp(`^/gone`)", "{'Trace':{'Sample':1}}");
    gateway =
        Gateway.start(
            GatewaySettings.of("traced", null, folder)
                .threads(2)
                .traces(
                    new GatewaySettings.Collector(
                        URI.create("http://127.0.0.1:" + collectorPort), 0))
                .build());
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> TestGateway.get(port, "/never").statusCode() == 200);
  }

  private HttpServer collector() throws IOException {
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), collectorPort), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          InputStream in = exchange.getRequestBody();
          boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
          byte[] body = (packed ? new GZIPInputStream(in) : in).readAllBytes();
          read(UnknownFieldSet.parseFrom(body));
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  /** ExportTraceServiceRequest.resource_spans 1, scope_spans 2, spans 2. */
  private void read(UnknownFieldSet request) throws IOException {
    for (UnknownFieldSet resource : all(request, 1)) {
      for (UnknownFieldSet scope : all(resource, 2)) {
        for (UnknownFieldSet span : all(scope, 2)) {
          Map<String, String> attributes = new TreeMap<>();
          for (UnknownFieldSet each : all(span, 9)) {
            attributes.put(text(each, 1), value(all(each, 2).getFirst()));
          }
          spans.add(
              new Span(
                  hex(span, 1),
                  hex(span, 2),
                  hex(span, 4),
                  text(span, 5),
                  number(span, 6),
                  all(span, 15).stream().mapToLong(status -> number(status, 3)).sum(),
                  attributes));
        }
      }
    }
  }

  private static List<UnknownFieldSet> all(UnknownFieldSet of, int field) throws IOException {
    return of.getField(field).getLengthDelimitedList().stream()
        .map(
            bytes -> {
              try {
                return UnknownFieldSet.parseFrom(bytes);
              } catch (IOException none) {
                throw new UncheckedIOException(none);
              }
            })
        .toList();
  }

  private static String hex(UnknownFieldSet of, int field) {
    return Stream.of(of.getField(field).getLengthDelimitedList())
        .flatMap(List::stream)
        .map(bytes -> HexFormat.of().formatHex(bytes.toByteArray()))
        .findFirst()
        .orElse("");
  }

  private static String text(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().stream()
        .map(ByteString::toStringUtf8)
        .findFirst()
        .orElse("");
  }

  private static long number(UnknownFieldSet of, int field) {
    return of.getField(field).getVarintList().stream().findFirst().orElse(0L);
  }

  /** AnyValue: a text 1, an integer 3. */
  private static String value(UnknownFieldSet any) {
    return any.hasField(1) ? text(any, 1) : Long.toString(number(any, 3));
  }

  private void put(String key, String json) throws IOException {
    Path file = folder.resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json.replace('\'', '"'));
  }

  private void frontend(String id, String backend, String route, String settings)
      throws IOException {
    put(
        "frontends/" + id + "/frontend",
        "{'Type':'http','BackendId':'%s','Route':'%s','Settings':%s}"
            .formatted(backend, route, settings));
  }

  private void stage(String frontend, String type, String settings) throws IOException {
    put(
        "frontends/" + frontend + "/middlewares/" + type,
        "{'Type':'%s','Priority':1,'Middleware':%s}".formatted(type, settings));
  }

  @AfterAll
  void stop() throws Exception {
    gateway.stop();
    collector.stop(0);
    origin.close();
    TestFolder.remove(folder);
  }

  /** The exchange's span and those of its tries, the exchange's first. */
  private List<Span> of(String requestId, int count) {
    Awaitility.await().until(() -> found(requestId).size() == count);
    return found(requestId);
  }

  private List<Span> found(String requestId) {
    return spans.stream()
        .filter(each -> requestId.equals(each.attributes.get("sluice.request_id")))
        .findFirst()
        .map(
            whole ->
                Stream.concat(
                        Stream.of(whole),
                        spans.stream()
                            .filter(each -> each.parent.equals(whole.id))
                            .sorted(
                                (a, b) ->
                                    a.attributes
                                        .getOrDefault("http.request.resend_count", "0")
                                        .compareTo(
                                            b.attributes.getOrDefault(
                                                "http.request.resend_count", "0"))))
                    .toList())
        .orElse(List.of());
  }

  private static String id(HttpResponse<String> answer) {
    return answer.headers().firstValue("X-Request-Id").orElseThrow();
  }

  /** What the server was sent, which it echoes. */
  private static String sent(HttpResponse<String> answer, String name) {
    return answer
        .body()
        .lines()
        .filter(line -> line.toLowerCase().startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  @Test
  void anExchangeAndItsTryAreSpansAndTheServersIsBelowTheTrys() {
    HttpResponse<String> answer = TestGateway.get(port, "/always/a?secret=1");
    List<Span> all = of(id(answer), 2);
    Span whole = all.getFirst();
    Span attempt = all.get(1);

    assertThat(whole.kind).isEqualTo(2);
    assertThat(whole.parent).isEmpty();
    assertThat(whole.name).isEqualTo("GET always");
    assertThat(whole.attributes)
        .containsEntry("http.request.method", "GET")
        .containsEntry("http.response.status_code", "200")
        .containsEntry("http.route", "PathRegexp(`^/always`)")
        .containsEntry("url.path", "/always/a")
        .containsEntry("url.scheme", "http")
        .containsEntry("network.protocol.version", "1.1")
        .containsEntry("client.address", "127.0.0.1")
        .containsEntry("sluice.backend", "b");
    assertThat(whole.attributes.toString()).doesNotContain("secret");
    assertThat(attempt.kind).isEqualTo(3);
    assertThat(attempt.trace).isEqualTo(whole.trace);
    assertThat(attempt.attributes)
        .containsEntry("server.port", "" + origin.port())
        .containsEntry("http.response.status_code", "200");
    assertThat(sent(answer, "traceparent"))
        .isEqualTo("00-" + whole.trace + "-" + attempt.id + "-01");
  }

  /** A service that allows it, a copy, a server that is not there, and the page of its error. */
  @Test
  void whatStagesAskIsASpanBelowTheExchanges() {
    HttpResponse<String> answer = TestGateway.get(port, "/asks/a");
    List<Span> all = of(id(answer), 5);

    Map<String, Span> aside = new TreeMap<>();
    for (Span each : all.subList(1, all.size())) {
      aside.put(each.attributes.getOrDefault("sluice.side_request", "try"), each);
    }
    assertThat(aside).containsOnlyKeys("copy", "forwardauth", "page", "try");
    for (String what : List.of("copy", "forwardauth", "page")) {
      Span span = aside.get(what);
      assertThat(span.name).isEqualTo("GET " + what);
      assertThat(span.kind).isEqualTo(3);
      assertThat(span.trace).isEqualTo(all.getFirst().trace);
      assertThat(span.attributes)
          .containsEntry("server.port", "" + origin.port())
          .containsEntry("http.response.status_code", "200");
    }
    for (String what : aside.keySet()) {
      String told = "00-" + all.getFirst().trace + "-" + aside.get(what).id + "-01";
      long heard = origin.heads().stream().filter(head -> head.contains(told)).count();
      assertThat(heard).as(what).isEqualTo(what.equals("try") ? 0 : 1);
    }
  }

  @Test
  void eachTryIsASpanAndTheOneThatFailedSaysWhy() {
    Span failed = null;
    for (int i = 0; i < 20 && failed == null; i++) {
      String id = id(TestGateway.get(port, "/half/" + i));
      Awaitility.await().until(() -> found(id).size() >= 2);
      List<Span> all = found(id);
      if (all.size() == 3) {
        assertThat(all.getFirst().attributes).containsEntry("http.response.status_code", "200");
        assertThat(all.getFirst().error).isZero();
        failed = all.get(1);
        assertThat(all.get(2).attributes)
            .containsEntry("http.request.resend_count", "1")
            .containsEntry("http.response.status_code", "200");
      }
    }
    assertThat(failed).isNotNull();
    assertThat(failed.attributes).containsEntry("error.type", "connect_failed");
    assertThat(failed.error).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "/never, traceparent, 00-" + TRACE + "-" + SPAN + "-01, true",
    "/never, b3, " + TRACE + "-" + SPAN + "-1, true",
    "/never, b3, " + TRACE + "-" + SPAN + "-d, true",
    "/never, b3, 1, true",
    "/never, traceparent, cc-" + TRACE + "-" + SPAN + "-01-more, true",
    "/always, b3, " + TRACE + "-" + SPAN + ", true",
    "/never, b3, " + TRACE + "-" + SPAN + ", false",
    "/always, traceparent, 00-" + TRACE + "-" + SPAN + "-00, false",
    "/always, b3, 0, false",
    "/always, b3, " + TRACE + "-" + SPAN + "-0, false",
    "/always, traceparent, 00-" + TRACE + "-0000000000000000-00, true",
    "/always, traceparent, 00-00000000000000000000000000000000-" + SPAN + "-00, true",
    "/always, traceparent, ff-" + TRACE + "-" + SPAN + "-00, true",
    "/always, traceparent, 00-" + TRACE + "-" + SPAN + "-00-more, true",
    "/always, traceparent, nonsense, true",
    "/always, b3, nonsense, true",
  })
  void whoeverSendsARequestDecidesWhetherItIsRecorded(
      String path, String name, String value, boolean recorded) {
    HttpResponse<String> answer = TestGateway.get(port, path, name, value);
    // What comes after it has been sent with it or later.
    of(id(TestGateway.get(port, "/always/mark")), 2);

    assertThat(found(id(answer)).isEmpty()).isNotEqualTo(recorded);
    boolean parent = value.contains(SPAN) && (path.equals("/never") || name.equals("b3"));
    if (recorded && parent) {
      Span whole = found(id(answer)).getFirst();
      assertThat(whole.trace).isEqualTo(TRACE);
      assertThat(whole.parent).isEqualTo(SPAN);
      assertThat(sent(answer, name)).contains(TRACE).doesNotContain(SPAN);
    }
    if (!recorded) {
      assertThat(sent(answer, name)).isEqualTo(value);
    }
  }

  @Test
  void b3InSeveralHeadersIsReadAndWritten() {
    HttpResponse<String> answer =
        TestGateway.get(
            port, "/never", "X-B3-TraceId", SPAN, "X-B3-SpanId", SPAN, "X-B3-Sampled", "1");
    List<Span> all = of(id(answer), 2);

    assertThat(all.getFirst().trace).isEqualTo("0".repeat(16) + SPAN);
    assertThat(sent(answer, "x-b3-spanid")).isEqualTo(all.get(1).id);
    assertThat(sent(answer, "x-b3-traceid")).isEqualTo("0".repeat(16) + SPAN);
  }

  @Test
  void aResponseThatBreaksOffIsAnErrorThoughItsStatusIsNone() throws Exception {
    try (Origin breaking =
        Origin.scripted(
            wire -> {
              wire.message();
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
              wire.close();
            })) {
      put("backends/broken/backend", "{'Type':'http'}");
      put("backends/broken/servers/s", "{'URL':'" + breaking.url() + "'}");
      frontend("broken", "broken", "PathRegexp(`^/broken`)", "{'Trace':{'Sample':1}}");
      Awaitility.await().until(() -> gateway.status().table().frontends().containsKey("broken"));
      try {
        TestGateway.get(port, "/broken", "X-Request-Id", "it-breaks-off");
      } catch (UncheckedIOException cut) {
        // That is what a client sees.
      }
      List<Span> all = of("it-breaks-off", 2);
      assertThat(all)
          .allSatisfy(
              span -> {
                assertThat(span.attributes)
                    .containsEntry("http.response.status_code", "200")
                    .containsEntry("error.type", "upstream_closed");
                assertThat(span.error).isEqualTo(2);
              });
    }
  }

  @Test
  void whatARouteCannotServeIsRecordedAsItsShareSays() {
    HttpResponse<String> answer = TestGateway.get(port, "/gone/a");
    Span whole = of(id(answer), 1).getFirst();

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(whole.name).isEqualTo("GET gone");
    assertThat(whole.attributes).containsEntry("error.type", "frontend_unavailable");
    assertThat(whole.error).isEqualTo(2);
  }

  @Test
  void whatNoRouteTakesIsRecordedToo() {
    HttpResponse<String> answer =
        TestGateway.get(port, "/nothing", "traceparent", "00-" + TRACE + "-" + SPAN + "-01");
    Span whole = of(id(answer), 1).getFirst();

    assertThat(whole.name).isEqualTo("GET");
    assertThat(whole.attributes).containsEntry("http.response.status_code", "404");
    assertThat(whole.error).isZero();
  }

  /** It holds up nothing, and what is lost is counted. */
  @Test
  void aCollectorThatIsAwayCostsNoRequest() throws Exception {
    collector.stop(0);
    try {
      double before = meter("sluice_trace_spans_lost_total");
      for (int i = 0; i < 200; i++) {
        assertThat(TestGateway.get(port, "/always/" + i).statusCode()).isEqualTo(200);
      }
      Awaitility.await().until(() -> meter("sluice_trace_spans_lost_total") >= before + 400);
    } finally {
      collector = collector();
    }
    of(id(TestGateway.get(port, "/always/again")), 2);
    assertThat(meter("sluice_trace_spans_total")).isGreaterThan(400);
  }

  @Test
  void aBucketLeadsToATraceThatIsInIt() {
    HttpResponse<String> answer = TestGateway.get(port, "/always/exemplar");
    Span whole = of(id(answer), 2).getFirst();
    HttpResponse<String> page =
        TestGateway.get(
            gateway.adminPort(),
            "/metrics",
            "Accept",
            "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

    assertThat(page.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(page.body()).endsWith("# EOF\n");
    assertThat(page.body().lines())
        .filteredOn(line -> line.startsWith("sluice_request_duration_seconds_bucket"))
        .filteredOn(line -> line.contains("frontend=\"always\"") && line.contains("trace_id="))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).matches(".*# \\{.*trace_id=\"[0-9a-f]{32}\".*}.*"));
    assertThat(spans.stream().map(Span::trace)).contains(whole.trace);
    assertThat(TestGateway.get(gateway.adminPort(), "/metrics").body()).doesNotContain("# EOF");
  }

  private double meter(String name) {
    return TestGateway.get(gateway.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
