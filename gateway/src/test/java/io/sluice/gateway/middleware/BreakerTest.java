package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.telemetry.Telemetry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A breaker in virtual time. */
class BreakerTest {
  private static final String ERRORS = "ResponseCodeRatio(500, 600, 0, 600) > 0.5";
  private static final String TEAPOT =
      "{'Type':'response','Action':{'StatusCode':418,'ContentType':'text/plain','Body':'later123'}}";

  private long millis = 1_000;
  private final StageContext context =
      new StageContext(new Sources(new SharedBudget(1 << 20)), () -> millis * 1_000_000);

  private Middleware read(String condition, String fallback, String more) {
    String record =
        "{'Type':'cbreaker','Middleware':{'Condition':'%s','Fallback':%s,'FallbackDuration':600000000,'RecoveryDuration':600000000,'CheckPeriod':100000000%s}}"
            .formatted(condition, fallback, more)
            .replace('\'', '"');
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put("frontends/f/middlewares/m", record.getBytes(StandardCharsets.UTF_8));
    var config = new ConfigReader().read(tree.done());
    assertThat(config.problems()).isEmpty();
    return config.middlewares().get("f").getFirst();
  }

  private Stage breaker(String condition, String fallback, String more) {
    return Stages.build(
        read(condition, fallback, more), context, new Telemetry().frontend("f").stage("m"));
  }

  private static FakeExchange request(String target) {
    return new FakeExchange("GET " + target + " HTTP/1.1~Host: h");
  }

  /** What a client gets: the server's status, or the fallback's. */
  private int ask(Stage stage, int serverSays, long latencyMillis) {
    FakeExchange exchange = request("/");
    Verdict verdict = stage.onRequest(exchange);
    if (verdict instanceof Verdict.Proceed proceed) {
      exchange.status = serverSays;
      exchange.elapsedNanos = latencyMillis * 1_000_000;
      stage.onFinish(exchange, proceed);
      return serverSays;
    }
    return ((Verdict.Refusal) verdict).status();
  }

  @Test
  void itTripsHoldsRecoversByAGrowingShareAndIsItselfAgain() {
    Stage stage = breaker(ERRORS, TEAPOT, "");
    List<Integer> first = new ArrayList<>();
    for (int status : new int[] {200, 200, 200, 500, 500, 500, 500}) {
      first.add(ask(stage, status, 1));
      millis += 110;
    }
    assertThat(first).containsExactly(200, 200, 200, 500, 500, 500, 500);
    millis -= 110;

    List<Integer> tripped = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      tripped.add(ask(stage, 200, 1));
      millis += 50;
    }
    assertThat(tripped).containsOnly(418);

    millis += 50;
    List<Integer> recovering = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      recovering.add(ask(stage, 200, 1));
      millis += 50;
    }
    assertThat(recovering.subList(0, 4)).containsOnly(418);
    assertThat(recovering).contains(200);
    assertThat(recovering.stream().filter(status -> status == 200).count()).isBetween(3L, 6L);

    millis += 100;
    for (int i = 0; i < 5; i++) {
      assertThat(ask(stage, 200, 1)).isEqualTo(200);
    }
  }

  @Test
  void oneErrorTripsUnlessALeastNumberIsWritten() {
    Stage vulcands = breaker(ERRORS, TEAPOT, "");
    Stage patient = breaker(ERRORS, TEAPOT, ",'LeastRequests':5");
    ask(vulcands, 500, 1);
    ask(patient, 500, 1);

    assertThat(ask(vulcands, 200, 1)).isEqualTo(418);
    for (int i = 0; i < 4; i++) {
      millis += 200;
      assertThat(ask(patient, 500, 1)).isEqualTo(500);
    }
    assertThat(ask(patient, 200, 1)).isEqualTo(418);
  }

  @ParameterizedTest(name = "{0} after {1} in {2} ms: trips {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "NetworkErrorRatio() > 0.5 | 502 | 1 | true",
        "NetworkErrorRatio() > 0.5 | 504 | 1 | true",
        "NetworkErrorRatio() > 0.5 | 500 | 1 | false",
        "LatencyAtQuantileMS(50.0) > 50 | 200 | 100 | true",
        "LatencyAtQuantileMS(50) > 50 | 200 | 40 | false",
        "ResponseCodeRatio(500, 600, 0, 600) > 0.5 | 499 | 1 | false",
        "ResponseCodeRatio(400, 500, 0, 600) >= 1 && NetworkErrorRatio() < 1 | 404 | 1 | true",
      })
  void conditionsLookAtWhatTheServersAnswer(
      String condition, int status, long latency, boolean trips) {
    Stage stage = breaker(condition, TEAPOT, "");

    ask(stage, status, latency);

    assertThat(ask(stage, 200, 1)).isEqualTo(trips ? 418 : 200);
  }

  @Test
  void whatIsOlderThanTenSecondsIsForgotten() {
    Stage stage =
        breaker("ResponseCodeRatio(500, 600, 0, 600) > 0.3", TEAPOT, ",'LeastRequests':2");
    ask(stage, 500, 1);
    millis += 11_000;
    ask(stage, 200, 1);
    millis += 200;
    ask(stage, 200, 1);

    assertThat(ask(stage, 200, 1)).isEqualTo(200);
  }

  @Test
  void anotherFormOfTheSameBreakerGoesOnWhereTheFirstWas() {
    Stage before = breaker(ERRORS, TEAPOT, "");
    ask(before, 500, 1);
    Stage after = breaker(ERRORS, TEAPOT.replace("418", "420"), "");

    after.inherit(before);

    assertThat(ask(after, 200, 1)).isEqualTo(420);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'Type':'redirect','Action':{'URL':'http://elsewhere.t/p?q','PreservePath':true}} |"
            + " http://elsewhere.t/p/x?q",
        "{'Type':'redirect','Action':{'URL':'http://elsewhere.t/p?q'}} | http://elsewhere.t/p?q",
      })
  void aFallbackMayLeadElsewhere(String fallback, String location) {
    Stage stage = breaker(ERRORS, fallback, "");
    ask(stage, 500, 1);

    Verdict.Answer answer = (Verdict.Answer) stage.onRequest(request("/x?y"));

    assertThat(answer.status()).isEqualTo(302);
    assertThat(answer.body()).isEqualTo("Found");
    assertThat(answer.fields()).contains(new Verdict.Header("Location", location));
  }

  @Test
  void textStaysTextAndAnObjectIsJsonAlsoInsideOfAText() {
    Stage text = breaker(ERRORS, TEAPOT, "");
    Stage object =
        breaker(
            ERRORS,
            "{'Type':'response','Action':{'StatusCode':503,'Body':{'down':true}}}",
            ",'OnTripped':'','OnStandby':null");
    String asVctlWritesIt =
        "'{\\\"Type\\\": \\\"response\\\", \\\"Action\\\": {\\\"StatusCode\\\": 404}}'";
    Stage nested = breaker(ERRORS, asVctlWritesIt, "");
    ask(text, 500, 1);
    ask(object, 500, 1);
    ask(nested, 500, 1);

    Verdict.Answer answer = (Verdict.Answer) text.onRequest(request("/"));
    assertThat(answer.body()).isEqualTo("later123");
    assertThat(answer.reason()).isEqualTo(Reason.BREAKER_OPEN);
    assertThat(((Verdict.Answer) object.onRequest(request("/"))).body())
        .isEqualTo("{\"down\":true}");
    assertThat(ask(nested, 200, 1)).isEqualTo(404);
  }

  @Test
  void whoWantsToKnowIsCalledOnEachTripAndOnTheReturn() throws Exception {
    List<String> calls = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        call -> {
          calls.add(
              call.getRequestMethod()
                  + " "
                  + call.getRequestURI()
                  + " "
                  + call.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          call.sendResponseHeaders(204, -1);
          call.close();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    Stage stage =
        breaker(
            ERRORS,
            TEAPOT,
            ",'OnTripped':{'Type':'webhook','Action':{'URL':'%s/t','Method':'POST','Form':{'Key':['Val','Two'],'B':['c d']},'Body':'no'}},'OnStandby':{'Type':'webhook','Action':{'URL':'%s/s','Method':'PUT','Body':{'a':1}}}"
                .formatted(url, url));
    try {
      ask(stage, 500, 1);
      Awaitility.await().until(() -> calls.size() == 1);
      millis += 601;
      ask(stage, 200, 1);
      millis += 601;
      ask(stage, 200, 1);
      Awaitility.await().until(() -> calls.size() == 2);
    } finally {
      server.stop(0);
    }

    assertThat(calls)
        .containsExactly(
            "POST /t application/x-www-form-urlencoded B=c+d&Key=Val&Key=Two",
            "PUT /s application/json {\"a\":1}");
  }
}
