package io.sluice.gateway.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.gateway.http.HeadLimits;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.RequestReader;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.predicate.FailoverPredicate;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When another server is tried, as one table. */
class RetryRuleTest {
  private static final int MOST_ATTEMPTS = 3;

  private static UpstreamRequest request(String method) {
    RequestReader reader = new RequestReader(HeadLimits.REQUEST);
    String body = method.equals("POST") ? "Content-Length: 0\r\n" : "";
    String text = method + " / HTTP/1.1\r\nHost: a\r\n" + body + "\r\n";
    reader.read(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII)));
    return new UpstreamRequest(reader.head(), reader.head().fields(), null, false);
  }

  private static RetryRule rule(String predicate) throws Exception {
    return new RetryRule(
        predicate == null ? null : FailoverPredicate.parse(predicate), MOST_ATTEMPTS, 1024);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        // what happened | method | reason | unsent | tries | again
        "nothing was sent | POST | CONNECT_FAILED | true | 1 | true",
        "nothing was sent, but a limit is reached | POST | CONNECT_FAILED | true | 3 | false",
        "nothing was sent of a safe one | GET | CONNECT_TIMEOUT | true | 1 | true",
        "a safe one may have been seen | GET | UPSTREAM_CLOSED | false | 1 | true",
        "a safe one was answered with nonsense | HEAD | BAD_RESPONSE | false | 1 | true",
        "a safe one was reset | OPTIONS | UPSTREAM_RESET | false | 2 | true",
        "a safe one, but a limit is reached | GET | UPSTREAM_CLOSED | false | 3 | false",
        "a slow server is not asked twice | GET | RESPONSE_TIMEOUT | false | 1 | false",
        "an idempotent one may have had an effect | PUT | UPSTREAM_CLOSED | false | 1 | false",
        "an idempotent one may have had an effect | DELETE | UPSTREAM_RESET | false | 1 | false",
        "one with an effect may have been seen | POST | UPSTREAM_CLOSED | false | 1 | false",
        "one with an effect was refused unseen | POST | UPSTREAM_REFUSED | true | 1 | true",
        "an unknown method may have any effect | PURGE | UPSTREAM_CLOSED | false | 1 | false",
        "no server can change protocols | GET | UPGRADE_REFUSED | true | 1 | true",
      })
  void withoutAWordOfTheOperators(
      String what, String method, Reason reason, boolean unsent, int tries, boolean again)
      throws Exception {
    assertThat(rule(null).afterFailure(tries, request(method), reason, unsent))
        .as(what)
        .isEqualTo(again);
  }

  @ParameterizedTest(name = "{0}, {1} after {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "IsNetworkError() | POST | UPSTREAM_CLOSED | 1 | true",
        "IsNetworkError() | POST | RESPONSE_TIMEOUT | 1 | true",
        "IsNetworkError() | POST | UPSTREAM_CLOSED | 3 | false",
        "IsNetworkError() && RequestMethod() == `GET` | POST | UPSTREAM_CLOSED | 1 | false",
        "IsNetworkError() && RequestMethod() == `GET` | GET | UPSTREAM_CLOSED | 1 | true",
        "IsNetworkError() && Attempts() < 2 | GET | UPSTREAM_CLOSED | 1 | true",
        "IsNetworkError() && Attempts() < 2 | GET | UPSTREAM_CLOSED | 2 | false",
        "ResponseCode() == 503 | GET | UPSTREAM_CLOSED | 1 | false",
        "ResponseCode() == 502 | GET | UPSTREAM_CLOSED | 1 | true",
      })
  void afterAFailureTheOperatorsWordHolds(
      String predicate, String method, Reason reason, int tries, boolean again) throws Exception {
    // Whether a server has seen it does not matter then.
    for (boolean unsent : new boolean[] {true, false}) {
      assertThat(rule(predicate).afterFailure(tries, request(method), reason, unsent))
          .isEqualTo(again);
    }
  }

  @ParameterizedTest(name = "{0}, {1} after {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "ResponseCode() == 503 | POST | 503 | 1 | true",
        "ResponseCode() == 503 | POST | 500 | 1 | false",
        "ResponseCode() == 503 | POST | 503 | 3 | false",
        "IsNetworkError() | GET | 502 | 1 | true",
        "IsNetworkError() | GET | 504 | 1 | true",
        "IsNetworkError() | GET | 503 | 1 | false",
        "ResponseCode() == 503 && Attempts() < 2 | GET | 503 | 2 | false",
      })
  void afterAResponseTheOperatorsWordHolds(
      String predicate, String method, int status, int tries, boolean again) throws Exception {
    assertThat(rule(predicate).afterResponse(tries, request(method), status)).isEqualTo(again);
  }

  @ParameterizedTest
  @CsvSource({"GET", "POST"})
  void withoutAWordOfTheOperatorsNoResponseIsThrownAway(String method) throws Exception {
    assertThat(rule(null).afterResponse(1, request(method), 503)).isFalse();
    assertThat(rule(null).looksAtResponses()).isFalse();
  }
}
