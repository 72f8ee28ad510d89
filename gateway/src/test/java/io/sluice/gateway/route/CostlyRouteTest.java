package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A route that is accepted is compared with any request within an event loop's stack and time. */
class CostlyRouteTest {
  private final List<String> failed = new ArrayList<>();

  /** A request of which only the path matters. */
  private final class Request implements RouteInput {
    private final AsciiString path;

    Request(String path) {
      this.path = AsciiString.of(path);
    }

    @Override
    public AsciiString host() {
      return AsciiString.of("a");
    }

    @Override
    public AsciiString path() {
      return path;
    }

    @Override
    public AsciiString method() {
      return AsciiString.of("GET");
    }

    @Override
    public @Nullable AsciiString header(CharSequence name) {
      return null;
    }

    @Override
    public void failed(String route) {
      failed.add(route);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PathRegexp(`(a?){240}$`)",
        "PathRegexp(`.*a.{300}.*a.{300}.*a.{300}b$`)",
        "PathRegexp(`(a|b|ab|aa?)*(c|d?){130}x`)",
        "!PathRegexp(`.*a.{300}.*a.{300}.*a.{300}b$`)",
      })
  void whatTakesTooManyStepsDoesNotMatchNorDoesItsOpposite(String expression) throws Exception {
    Route route = Route.parse(expression);

    boolean matches = route.matches(new Request("/" + "a".repeat(7_900)));

    assertThat(matches).isFalse();
    assertThat(failed).containsExactly(expression);
  }

  @Test
  void aRouteThatFailsDoesNotStandInTheWayOfTheNext() throws Exception {
    var costly = Route.parse("PathRegexp(`.*a.{300}.*a.{300}.*a.{300}b$`)");
    var plain = Route.parse("Path(`/<path:all>`)");
    RouteIndex<String> index =
        RouteIndex.of(
            List.of(
                new RouteIndex.Entry<>("costly", 1, costly, "costly"),
                new RouteIndex.Entry<>("plain", 0, plain, "plain")));

    assertThat(index.match(new Request("/" + "a".repeat(7_900)))).isEqualTo("plain");
    assertThat(failed).hasSize(1);
  }

  @Test
  void ordinaryExpressionsReadTheLongestPathToItsEnd() throws Exception {
    Route route = Route.parse("PathRegexp(`^/v[0-9]+/items/[0-9a-z/]*end$`)");

    assertThat(route.matches(new Request("/v1/items/" + "a".repeat(8_000) + "end"))).isTrue();
    assertThat(failed).isEmpty();
  }

  @Test
  void whateverIsAcceptedEndsOnASmallStack() throws Exception {
    String[] parts = {
      "(a?)", "(a|b)", "a*", "(a*b?)", ".*", "[ab]", "(", ")", "{9}", "{0,30}", "|", "$", "^"
    };
    Random random = new Random(8);
    List<Throwable> thrown = new ArrayList<>();
    Thread small =
        new Thread(
            null,
            () -> {
              for (int i = 0; i < 5_000; i++) {
                StringBuilder regexp = new StringBuilder();
                for (int n = 1 + random.nextInt(14); n > 0; n--) {
                  regexp.append(parts[random.nextInt(parts.length)]);
                }
                try {
                  Route.parse("PathRegexp(`" + regexp + "`)")
                      .matches(new Request("/" + "ab".repeat(1 + random.nextInt(1_000))));
                } catch (RouteSyntaxException refused) {
                  continue;
                } catch (RuntimeException | Error fault) {
                  thrown.add(fault);
                }
              }
            },
            "small",
            512 * 1024);
    small.start();
    small.join();

    assertThat(thrown).isEmpty();
  }
}
