package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever stands in a record's route or expression, it is refused with words, or compared with
 * every request without harm. {@code deploy/fuzz} looks for more.
 */
class RoutesFuzzTest {
  private static final int MOST = 2_000;

  /** One that answers whatever is asked. */
  private record Request(String text) implements RouteInput {
    @Override
    public AsciiString host() {
      return AsciiString.of("www." + text);
    }

    @Override
    public AsciiString path() {
      return AsciiString.of("/" + text);
    }

    @Override
    public AsciiString method() {
      return AsciiString.of("GET");
    }

    @Override
    public @Nullable AsciiString header(CharSequence name) {
      return AsciiString.of(text);
    }

    @Override
    public void failed(String route) {
      assertThat(route).isNotNull();
    }
  }

  static Stream<String> someRoutes() {
    return Stream.of(
        "Host(`a`) && Path(`/v1/<code>`)",
        "!(Method(`GET`) || Header(`X`, `<x:all>`))",
        "PathRegexp(`^/(a|b)*$`) && HostRegexp(`.*\\.example`)",
        "HeaderRegexp(`X`, `\\Q[\\E`)",
        "Path(`/<path:all>`) || (((Host(\"b\"))))",
        "PathPrefix(`/a`)");
  }

  @MethodSource("someRoutes")
  @FuzzTest(maxDuration = "30s")
  void routes(@NotNull String text) {
    if (text.length() > MOST) {
      return;
    }
    Route route;
    try {
      route = Route.parse(text);
    } catch (RouteSyntaxException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    RouteIndex<String> index =
        RouteIndex.of(List.of(new RouteIndex.Entry<>("one", 1, route, "one")));
    for (String sent : List.of("", "a", text, "a".repeat(2_000))) {
      Request request = new Request(sent);
      assertThat(index.match(request) != null).isEqualTo(route.matches(request));
    }
  }

  static Stream<String> someRegexps() {
    return Stream.of(
        "^/(a|b)*c{2,40}$",
        "\\Q[\\E(x{1000}){1000}",
        "(?i)[^\\pL\\d]+?",
        "((((a))))",
        "\\x{10FFFF}|\\b.",
        "[[:alpha:]-z]");
  }

  /** No expression is larger for RE2 than it was counted. */
  @MethodSource("someRegexps")
  @FuzzTest(maxDuration = "30s")
  void regularExpressions(@NotNull String text) {
    if (text.length() > MOST) {
      return;
    }
    long counted = RegexpSize.of(text);
    if (counted <= RegexpSize.MOST) {
      try {
        assertThat((long) Pattern.compile(text).programSize()).isLessThanOrEqualTo(counted);
      } catch (PatternSyntaxException none) {
        return;
      }
    }
  }
}
