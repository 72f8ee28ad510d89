package io.sluice.gateway.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.H2Wire;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stages send besides: copies, and questions for the pages of errors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SideRequestsIT {
  private static final String PAGE = "<h1>sorry, %s</h1>";

  private final CountDownLatch released = new CountDownLatch(1);
  private final List<String> questions = new CopyOnWriteArrayList<>();
  private final Origin origin = Origin.echoing();
  private final Origin copies = Origin.echoing();
  private final Origin failing =
      Origin.scripted(
          wire -> {
            while (wire.message() != null) {
              wire.send(
                  "HTTP/1.1 503 No\r\n"
                      + "Content-Type: text/plain\r\n"
                      + "ETag: \"1\"\r\n"
                      + "Set-Cookie: a=b\r\n"
                      + "Content-Length: 5\r\n\r\n"
                      + "wrong");
            }
          });
  private final Origin pages =
      Origin.scripted(
          wire -> {
            for (Wire.Message asked = wire.message(); asked != null; asked = wire.message()) {
              String path = asked.head().split(" ")[1];
              questions.add(asked.head());
              String body = PAGE.formatted(path);
              wire.send(
                  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
                      + body.length()
                      + "\r\n\r\n"
                      + body);
            }
          });
  private final Origin silent = Origin.scripted(wire -> await());

  /** Answers at the head of a request, and takes what comes then for the next one. */
  private final List<String> hasty = new CopyOnWriteArrayList<>();

  private final Origin early =
      Origin.scripted(
          wire -> {
            for (String head = wire.head(); head != null; head = wire.head()) {
              hasty.add(head.lines().findFirst().orElse(""));
              wire.send("HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nn");
              java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
              wire.send("o");
            }
          });
  private final Origin latePages =
      Origin.scripted(
          wire -> {
            while (wire.message() != null) {
              java.util.concurrent.locks.LockSupport.parkNanos(400_000_000);
              wire.send("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 4\r\n\r\npage");
            }
          });

  private TestGateway gateway;
  private int port;

  private void await() {
    try {
      released.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @BeforeAll
  void start() {
    gateway = TestGateway.onFolder();
    port = gateway.listener("l");
    gateway
        .backend("b", origin)
        .backend("copies", copies)
        .backend("failing", failing)
        .backend("pages", pages)
        .backend("silent", silent)
        .backend("early", early)
        .backend("late-pages", latePages)
        .backend("few", "{'Limits':{'MaxRequests':1,'MaxQueue':0}}", origin)
        .put("backends/dead/backend", "{'Type':'http'}")
        .server("dead", "s", FreePort.next());
    String sorry = "{'Pages':[{'Status':'500-599','BackendId':'pages','Path':'/e/{status}?x=1'}]}";
    stage("ill", "failing", "errors", sorry);
    stage("gone", "dead", "errors", sorry);
    stage("alone", "failing", "errors", sorry.replace("'pages'", "'dead'"));
    stage("alone-gone", "dead", "errors", sorry.replace("'pages'", "'failing'"));
    stage("slow-page", "failing", "errors", sorry.replace("'pages'", "'silent'"));
    stage("missing", "failing", "errors", sorry.replace("'pages'", "'nobody'"));
    stage("hasty", "early", "errors", sorry.replace("'pages'", "'late-pages'"));
    stage("unreadable", "b", "errors", sorry.replace("/e/", "/%zz/"));
    stage("revived", "few", "errors", sorry.replace("'pages'", "'late-pages'"));
    gateway
        .put(
            "frontends/revived/frontend",
            "{'Type':'http','BackendId':'few','Route':'PathRegexp(`^/revived$`)',"
                + "'Settings':{'Timeouts':{'Request':'100ms'}}}")
        .put(
            "frontends/revived/middlewares/z",
            "{'Type':'fault','Priority':9,'Middleware':{'Delay':'250ms'}}")
        .frontend("few", "few", "Path(`/few`)");
    stage("copied", "b", "mirror", "{'BackendId':'copies'}");
    stage("half", "b", "mirror", "{'BackendId':'copies','Percent':50}");
    stage("lost", "b", "mirror", "{'BackendId':'silent'}");
    stage("dead-copy", "b", "mirror", "{'BackendId':'dead'}");
    gateway
        .awaitStatus(port, "/ill", 503)
        .awaitStatus(port, "/gone", 502)
        .awaitStatus(port, "/alone", 503)
        .awaitStatus(port, "/alone-gone", 502)
        .awaitStatus(port, "/copied", 200)
        .awaitStatus(port, "/half", 200)
        .awaitStatus(port, "/lost", 200)
        .awaitStatus(port, "/dead-copy", 200)
        .awaitStatus(port, "/few", 200)
        .awaitStatus(port, "/missing", 503);
  }

  private void stage(String name, String backend, String type, String settings) {
    gateway
        .frontend(name, backend, "PathRegexp(`^/" + name + "(/.*)?$`)")
        .put(
            "frontends/" + name + "/middlewares/m",
            "{'Type':'" + type + "','Middleware':" + settings + "}")
        .put(
            "frontends/" + name + "/middlewares/n",
            "{'Type':'headers','Priority':-1,'Middleware':{'Response':{'Set':{'X-Out':'1'}}}}");
  }

  @AfterAll
  void stop() {
    released.countDown();
    gateway.close();
    List.of(origin, copies, failing, pages, silent, early, latePages).forEach(Origin::close);
  }

  @Test
  void anErrorHasThePageOfABackendUnderItsOwnStatusAndFields() {
    HttpResponse<String> answer = TestGateway.get(port, "/ill/a", "Accept-Language", "de");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("<h1>sorry, /e/503?x=1</h1>");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html");
    assertThat(answer.headers().firstValue("Set-Cookie")).contains("a=b");
    assertThat(answer.headers().firstValue("X-Out")).contains("1");
    assertThat(answer.headers().firstValue("ETag")).isEmpty();
    assertThat(questions.getLast()).contains("Accept-Language: de").doesNotContain("Cookie");
  }

  @Test
  void theGatewaysOwnErrorsHaveItToo() {
    HttpResponse<String> answer = TestGateway.get(port, "/gone/a");

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).isEqualTo("<h1>sorry, /e/502?x=1</h1>");
    assertThat(answer.headers().allValues("X-Request-Id")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"alone", "alone-gone", "slow-page", "missing"})
  void whereThePageCannotBeHadTheErrorStaysOne(String path) {
    HttpResponse<String> answer = TestGateway.get(port, "/" + path + "/a");

    assertThat(answer.statusCode()).isIn(502, 503);
    switch (path) {
      case "missing" -> assertThat(answer.body()).isEqualTo("wrong");
      case "alone-gone" -> assertThat(answer.body()).contains("\"status\":502");
      default ->
          assertThat(answer.body()).contains("\"status\":503", "\"reason\":\"page_missing\"");
    }
  }

  @Test
  void connectionsGoOnBehindAPageWhateverTheMethod() {
    String body = "x".repeat(100_000);
    try (Wire wire = Wire.connect(port)) {
      for (int i = 0; i < 3; i++) {
        wire.send("HEAD /ill/h HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(wire.head()).startsWith("HTTP/1.1 503").contains("Content-Length: 26");
        wire.send(
            "POST /ill/p HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n");
        wire.send(body);
        Wire.Message answer = wire.message();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("sorry");
        assertThat(answer.closes()).isFalse();
      }
    }
  }

  /** It was refused, and its page is on its way: what comes then sends it nowhere. */
  @Test
  void aStageThatDecidesTooLateRevivesNothing() {
    int before = origin.heads().size();
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> answer = TestGateway.get(port, "/revived");
      assertThat(answer.statusCode()).isEqualTo(504);
      assertThat(answer.body()).isEqualTo("page");
    }
    assertThat(origin.heads().subList(before, origin.heads().size()))
        .noneMatch(head -> head.contains("/revived"));
    assertThat(TestGateway.get(port, "/few").statusCode()).isEqualTo(200);
  }

  /** A server that answered early never takes the rest of a body for the next request. */
  @Test
  void aConnectionWhoseRequestWasNotSentWholeTakesNoOther() {
    for (int i = 0; i < 3; i++) {
      // Over HTTP/2: what the window allows comes though nobody reads it any more.
      try (H2Wire wire = new H2Wire(port)) {
        wire.headers(
            1,
            false,
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/hasty",
            ":authority",
            "a",
            "content-length",
            "10");
        wire.data(1, false, "12345".getBytes(StandardCharsets.US_ASCII));
        int asked = i;
        Awaitility.await().until(() -> hasty.size() > 2 * asked);
        wire.data(1, true, "67890".getBytes(StandardCharsets.US_ASCII));
        assertThat(wire.fields(wire.next(H2Wire.HEADERS))).contains("503", "a/b");
      }
      assertThat(TestGateway.get(port, "/hasty").body()).isEqualTo("page");
    }
    assertThat(hasty).allMatch(line -> line.matches("(POST|GET) /hasty HTTP/1.1"));
  }

  @Test
  void aPageWhosePathNobodyCouldAskForIsRefusedWhenItIsWritten() {
    assertThat(gateway.problems())
        .anyMatch(
            problem ->
                problem.where().startsWith("frontends/unreadable/middlewares/m")
                    && problem.found().contains("/%zz/"));
  }

  @Test
  void streamsHavePagesToo() {
    try (H2Wire wire = new H2Wire(port)) {
      for (int stream = 1; stream < 9; stream += 2) {
        wire.frame(
            H2Wire.HEADERS, H2Wire.END_STREAM | H2Wire.END_HEADERS, stream, H2Wire.get("/ill/s"));
        assertThat(wire.fields(wire.next(H2Wire.HEADERS))).contains("503", "text/html");
        assertThat(new String(wire.next(H2Wire.DATA).payload(), StandardCharsets.UTF_8))
            .contains("sorry");
      }
    }
  }

  @Test
  void aClientThatLeavesWhileAPageIsGotLeavesNothingBehind() {
    double before = gateway.meter("sluice_rejected_total{reason=\"client_gone\"}");
    try (Wire wire = Wire.connect(port)) {
      wire.send("GET /slow-page/leave HTTP/1.1\r\nHost: a\r\n\r\n");
      Awaitility.await().until(() -> silent.heads().isEmpty() && silent.connections() > 0);
    }
    Awaitility.await()
        .until(() -> gateway.meter("sluice_rejected_total{reason=\"client_gone\"}") > before);
    Awaitility.await().until(() -> gateway.meter("sluice_exchanges_in_flight") == 0);
  }

  @Test
  void aCopyOfASafeRequestIsWhatTheServerWasAsked() {
    assertThat(TestGateway.get(port, "/copied/a?b=c", "X-Mine", "1").statusCode()).isEqualTo(200);

    Awaitility.await()
        .until(() -> copies.heads().stream().anyMatch(head -> head.contains("/copied/a?b=c")));
    String copy = head(copies, "/copied/a?b=c");
    String asked = head(origin, "/copied/a?b=c");
    assertThat(withoutHost(copy)).isEqualTo(withoutHost(asked));
    assertThat(copy).contains("X-Mine: 1", "X-Request-Id: ");
  }

  private static String head(Origin of, String path) {
    return of.heads().stream().filter(head -> head.contains(path)).findFirst().orElseThrow();
  }

  /** The fields in any order: each server has a Host of its own. */
  private static List<String> withoutHost(String head) {
    return head.lines().filter(line -> !line.startsWith("Host:")).sorted().toList();
  }

  @Test
  void whatIsNotSafeOrHasABodyIsNeverCopied() {
    try (Wire wire = Wire.connect(port)) {
      for (String request :
          List.of(
              "POST /copied/unsafe HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
              "DELETE /copied/unsafe HTTP/1.1\r\nHost: a\r\n\r\n",
              "PUT /copied/unsafe HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")) {
        wire.send(request);
        assertThat(wire.message().status()).isEqualTo(200);
      }
    }
    TestGateway.get(port, "/copied/after");
    Awaitility.await()
        .until(() -> copies.heads().stream().anyMatch(head -> head.contains("/copied/after")));
    assertThat(copies.heads()).noneMatch(head -> head.contains("/copied/unsafe"));
  }

  @Test
  void aShareIsCopied() {
    for (int i = 0; i < 200; i++) {
      TestGateway.get(port, "/half/share");
    }
    Awaitility.await().until(() -> side("half", "answered") >= 40);
    assertThat(copies.heads().stream().filter(head -> head.contains("/half/share")).count())
        .isBetween(40L, 160L);
  }

  @Test
  void nobodyWaitsForACopyAndTheirNumberHasABound() {
    for (int i = 0; i < 300; i++) {
      assertThat(TestGateway.get(port, "/lost/x").statusCode()).isEqualTo(200);
    }
    assertThat(side("lost", "dropped")).isGreaterThanOrEqualTo(300 - 256);
    assertThat(TestGateway.get(port, "/dead-copy/x").statusCode()).isEqualTo(200);
    Awaitility.await().until(() -> side("dead-copy", "failed") > 0);
  }

  private double side(String frontend, String outcome) {
    return gateway.meter(
        "sluice_stage_side_requests_total{frontend=\""
            + frontend
            + "\",outcome=\""
            + outcome
            + "\",stage=\"m\"}");
  }

  @Test
  void aBackendThatIsNotThereIsNamed() {
    assertThat(gateway.problems())
        .anyMatch(
            problem ->
                problem.where().equals("frontends/missing/middlewares/m BackendId")
                    && problem.found().equals("\"nobody\""));
  }
}
