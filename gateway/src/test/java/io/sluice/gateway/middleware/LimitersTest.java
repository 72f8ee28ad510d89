package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.ConnLimit;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.config.RateLimit;
import io.sluice.gateway.config.RateLimit.Rate;
import io.sluice.gateway.config.Source;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.telemetry.FrontendMeters;
import io.sluice.gateway.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitersTest {
  private final List<String> told = new ArrayList<>();
  private final StageContext context =
      new StageContext(new Sources(new SharedBudget(1 << 20)), () -> this.nanos);
  private final FrontendMeters meters = new Telemetry().frontend("f");
  private long nanos = 5_000_000_000L;

  private Stage limiter(String id, RateLimit limit) {
    return new RateLimiter(new Middleware("f", id, 0, limit), limit, context, meters.stage(id));
  }

  private Stage limiter(ConnLimit limit) {
    return new ConnectionLimiter(
        new Middleware("f", "cl", 0, limit), limit, context, meters.stage("cl"));
  }

  @Test
  void aBucketStartsFullAndGainsATokenEachInterval() {
    Stage stage = limiter("rl", perSecond(2, 3));

    assertThat(
            List.of(
                proceeds(stage, "10.0.0.1"),
                proceeds(stage, "10.0.0.1"),
                proceeds(stage, "10.0.0.1"),
                proceeds(stage, "10.0.0.1")))
        .containsExactly(true, true, true, false);
    nanos += 499_000_000L;
    assertThat(proceeds(stage, "10.0.0.1")).isFalse();
    nanos += 1_000_000L;
    assertThat(proceeds(stage, "10.0.0.1")).isTrue();
    assertThat(proceeds(stage, "10.0.0.1")).isFalse();
  }

  @Test
  void aRefusalSaysWhenToComeBack() {
    Stage stage = limiter("rl", perSecond(1, 1));
    proceeds(stage, "10.0.0.1");

    assertThat(stage.onRequest(request("10.0.0.1", "")))
        .isEqualTo(
            new Verdict.Reply(
                Reason.RATE_LIMITED, "max rate reached: retry-in 1s", Duration.ofSeconds(1)));
  }

  @Test
  void clientsAreToldWhatIsLeftOfTheirQuotaWhetherTheyAreRefusedOrNot() {
    Stage stage = limiter("r\"l", perSecond(2, 3));
    for (int i = 0; i < 4; i++) {
      proceeds(stage, "10.0.0.1");
    }
    nanos += 600_000_000L;
    proceeds(stage, "10.0.0.1");

    assertThat(told)
        .filteredOn(field -> field.startsWith("RateLimit-Policy"))
        .hasSize(5)
        .containsOnly("RateLimit-Policy: \"r_l\";q=2;w=1;burst=3");
    assertThat(told)
        .filteredOn(field -> field.startsWith("RateLimit:"))
        .containsExactly(
            "RateLimit: \"r_l\";r=2;t=1",
            "RateLimit: \"r_l\";r=1;t=1",
            "RateLimit: \"r_l\";r=0;t=2",
            "RateLimit: \"r_l\";r=0;t=2",
            "RateLimit: \"r_l\";r=0;t=2");
  }

  @Test
  void whoIsRefusedHasNothingLeftHoweverLargeTheBurst() {
    Rate slow = new Rate(Duration.ofDays(365), 1, 1_000_000_000);
    Stage stage =
        limiter("rl", new RateLimit(new Source.ClientIp(), List.of(slow), "", false, false));
    int taken = 0;
    while (proceeds(stage, "10.0.0.1")) {
      taken++;
    }

    assertThat(taken).isPositive();
    assertThat(told.getLast()).startsWith("RateLimit: \"rl\";r=0;t=");
  }

  @Test
  void eachOfSeveralRatesIsAQuotaByItself() {
    List<Rate> rates = List.of(rate(5, 5), new Rate(Duration.ofSeconds(60), 10, 10));
    Stage stage = limiter("rl", new RateLimit(new Source.ClientIp(), rates, "", false, false));
    proceeds(stage, "10.0.0.1");

    assertThat(told)
        .containsExactly(
            "RateLimit-Policy: \"rl-1\";q=5;w=1, \"rl-60\";q=10;w=60",
            "RateLimit: \"rl-1\";r=4;t=1, \"rl-60\";r=9;t=6");
  }

  @ParameterizedTest(name = "{0} and {1} are one source: {2}")
  @CsvSource({
    "10.0.0.1, 10.0.0.1, true",
    "10.0.0.1, 10.0.0.2, false",
    "2001:db8:0:1::1, 2001:db8:0:1:ffff::9, true",
    "2001:db8:0:1::1, 2001:db8:0:2::1, false",
  })
  void clientsAreToldApartByAddressAndIpv6ByNetwork(String first, String second, boolean same) {
    Stage stage = limiter("rl", perSecond(1, 1));
    proceeds(stage, first);

    assertThat(proceeds(stage, second)).isNotEqualTo(same);
  }

  @Test
  void aHeaderMayCarryTheRates() {
    RateLimit limit =
        new RateLimit(new Source.ClientIp(), List.of(rate(1, 1)), "X-Rates", false, false);
    Stage stage = limiter("rl", limit);
    String header =
        "X-Rates: [{\"PeriodSeconds\": 1, \"Requests\": 10, \"Burst\": 2}, {\"PeriodSeconds\": 60,"
            + " \"Requests\": 3}]";

    assertThat(stage.onRequest(request("10.0.0.1", header))).isEqualTo(Verdict.PROCEED);
    assertThat(stage.onRequest(request("10.0.0.1", header))).isEqualTo(Verdict.PROCEED);
    assertThat(stage.onRequest(request("10.0.0.1", header))).isInstanceOf(Verdict.Reply.class);
    nanos += 1_000_000_000L;
    assertThat(stage.onRequest(request("10.0.0.1", header))).isEqualTo(Verdict.PROCEED);
    assertThat(stage.onRequest(request("10.0.0.1", header))).isInstanceOf(Verdict.Reply.class);
  }

  @Test
  void unreadableRatesInAHeaderMeanTheDefault() {
    Stage stage =
        limiter(
            "rl",
            new RateLimit(new Source.ClientIp(), List.of(rate(1, 1)), "X-Rates", false, false));

    assertThat(stage.onRequest(request("10.0.0.1", "X-Rates: nonsense")))
        .isEqualTo(Verdict.PROCEED);
    assertThat(stage.onRequest(request("10.0.0.1", "X-Rates: []")))
        .isInstanceOf(Verdict.Reply.class);
  }

  @Test
  void connectionsAreCountedWhileTheyLast() {
    Stage stage = limiter(new ConnLimit(new Source.RequestHost(), 2, false, false));
    Verdict first = stage.onRequest(request("10.0.0.1", ""));
    assertThat(proceeds(stage, "10.0.0.2")).isTrue();
    assertThat(proceeds(stage, "10.0.0.3")).isFalse();

    stage.onFinish(request("10.0.0.1", ""), (Verdict.Proceed) first);

    assertThat(proceeds(stage, "10.0.0.3")).isTrue();
    assertThat(proceeds(stage, "10.0.0.4")).isFalse();
  }

  @Test
  void aRefusedRequestIsNotCounted() {
    Stage stage = limiter(new ConnLimit(new Source.ClientIp(), 0, false, false));

    assertThat(proceeds(stage, "10.0.0.1")).isFalse();
    assertThat(stage.onRequest(request("10.0.0.1", "")))
        .isEqualTo(
            new Verdict.Reply(Reason.CONNECTION_LIMITED, "max connections reached: 0", null));
  }

  @Test
  void aStageWithEqualSettingsLivesOnInTheNextChain() {
    Middleware limit = new Middleware("f", "limit", 1, perSecond(1, 1));
    MiddlewareChain before =
        MiddlewareChain.of(List.of(limit), MiddlewareChain.EMPTY, context, meters);
    assertThat(before.enter(request("10.0.0.1", "")).onRequest()).isEqualTo(Verdict.PROCEED);

    Middleware same = new Middleware("f", "limit", 7, perSecond(1, 1));
    Middleware other = new Middleware("f", "limit", 1, perSecond(1, 2));

    assertThat(
            MiddlewareChain.of(List.of(same), before, context, meters)
                .enter(request("10.0.0.1", ""))
                .onRequest())
        .isInstanceOf(Verdict.Reply.class);
    assertThat(
            MiddlewareChain.of(List.of(other), before, context, meters)
                .enter(request("10.0.0.1", ""))
                .onRequest())
        .isInstanceOf(Verdict.Reply.class);
  }

  @Test
  void stagesThatWereEnteredAreLeftOnceEvenWhenALaterOneRefuses() {
    Middleware counted =
        new Middleware("f", "a", 1, new ConnLimit(new Source.ClientIp(), 1, false, false));
    Middleware closed =
        new Middleware("f", "b", 2, new ConnLimit(new Source.ClientIp(), 0, false, false));
    MiddlewareChain chain =
        MiddlewareChain.of(List.of(counted, closed), MiddlewareChain.EMPTY, context, meters);

    for (int i = 0; i < 3; i++) {
      MiddlewareChain.Passage passage = chain.enter(request("10.0.0.1", ""));
      assertThat(passage.onRequest())
          .isEqualTo(
              new Verdict.Reply(Reason.CONNECTION_LIMITED, "max connections reached: 0", null));
      passage.onFinish();
      passage.onFinish();
    }
  }

  private static RateLimit perSecond(long requests, long burst) {
    return new RateLimit(new Source.ClientIp(), List.of(rate(requests, burst)), "", false, false);
  }

  private static Rate rate(long requests, long burst) {
    return new Rate(Duration.ofSeconds(1), requests, burst);
  }

  private boolean proceeds(Stage stage, String client) {
    return stage.onRequest(request(client, "")) instanceof Verdict.Proceed;
  }

  private FakeExchange request(String client, String header) {
    FakeExchange exchange = new FakeExchange("GET / HTTP/1.1~Host: h~" + header);
    exchange.client = client;
    exchange.toldTo(told);
    return exchange;
  }
}
