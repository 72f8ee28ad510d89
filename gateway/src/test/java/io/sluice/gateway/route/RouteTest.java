package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTest {
  @ParameterizedTest(name = "{0} on {1}: {2}")
  @CsvSource(
      delimiter = ';',
      value = {
        "Host(`a.com`) ; GET a.com / ; true",
        "Host(`A.com`) ; GET a.com / ; true",
        "Host(`b.com`) ; GET a.com / ; false",
        "Host(`<sub>.a.com`) ; GET x.a.com / ; true",
        "Host(`<sub>.a.com`) ; GET x.y.a.com / ; false",
        "HostRegexp(`^[A-Z]+\\.com$`) ; GET abc.com / ; true",
        "HostRegexp(`^\\S+$`) ; GET abc.com / ; true",
        "Path(`/x`) ; GET a /x ; true",
        "Path(`/x`) ; GET a /x/ ; false",
        "Path(`/X`) ; GET a /x ; false",
        "Path(`/p/<id>`) ; GET a /p/1 ; true",
        "Path(`/p/<id>`) ; GET a /p/ ; true",
        "Path(`/p/<id>`) ; GET a /p/1/2 ; false",
        "Path(`/p/<id>/q`) ; GET a /p/1/q ; true",
        "Path(`/p/<id>.json`) ; GET a /p/a.b.json ; true",
        "Path(`/p/<id>.json`) ; GET a /p/a/b.json ; false",
        "Path(`/p/<int:id>`) ; GET a /p/123 ; true",
        "Path(`/p/<int:id>`) ; GET a /p/ ; false",
        "Path(`/p/<int:id>`) ; GET a /p/12a ; false",
        "Path(`/p/<path:rest>`) ; GET a /p/1/2/3 ; true",
        "Path(`/p/<path:rest>/end`) ; GET a /p/1/2/end ; true",
        "Path(`/<a>-<b>`) ; GET a /x-y-z ; true",
        "Path(`/a<b`) ; GET a /a<b ; true",
        "PathRegexp(`/v1`) ; GET a /xx/v1/yy ; true",
        "PathRegexp(`^/v1`) ; GET a /xx/v1/yy ; false",
        "Method(`GET`) ; GET a / ; true",
        "Method(`GET`) ; POST a / ; false",
        "MethodRegexp(`GET|HEAD`) ; HEAD a / ; true",
        "Header(`X-A`, `b`) ; GET a / X-A=b ; true",
        "Header(`x-a`, \"b\") ; GET a / X-A=b ; true",
        "Header(`X-A`, `b`) ; GET a / ; false",
        "Header(`X-A`, `<any>`) ; GET a / ; false",
        "HeaderRegexp(`X-A`, `^b`) ; GET a / X-A=bc ; true",
        "Host(`a`) && Path(`/x`) ; GET a /x ; true",
        "Host(`a`) && Path(`/x`) ; GET b /x ; false",
        "Host(`a`) || Path(`/x`) ; GET b /x ; true",
        "!Host(`a`) ; GET b / ; true",
        "!(Host(`a`) && Method(`GET`)) ; GET a / ; false",
        "!(Host(`a`) || Method(`PUT`)) ; GET b / ; true",
        "Host(`a`) && (Path(`/x`) || Path(`/y`)) && !Method(`PUT`) ; GET a /y ; true",
        "Path(\"/q\\\"x\") ; GET a /q\"x ; true",
      })
  void expressionsHold(String expression, String request, boolean holds)
      throws RouteSyntaxException {
    assertThat(Route.parse(expression).matches(TestRequest.of(request))).isEqualTo(holds);
  }

  @ParameterizedTest(name = "{0}: found {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | the end | a matcher",
        "Host | the end | (",
        "Hst(`a`) | \"Hst(`a`)\" at character 1 | Host, HostRegexp",
        "Host(a) | \"a)\" at character 6 | double quotes",
        "Host(`a) | the end | a closing `",
        "Host(\"a) | the end | \"",
        "Host(`a`) & Path(`/`) | \"& Path(`/`)\" at character 11 | &&",
        "Host(`a`) && | the end | a matcher",
        "(Host(`a`) | the end | )",
        "Header(`a`) | \")\" at character 11 | ,",
        "Path(``) | an empty text | what the request",
        "Path(`/<float:x>`) | <float:x> | <int:name>",
        "PathRegexp(`[`) | `[` | RE2",
        "Path(\"\\.\") | \"\\.\")\" at character 7 | back quotes",
        "Host(`a.example:8080`) | a.example:8080 | without a port",
        "Host(`[::1]:8080`) | [::1]:8080 | without a port",
        "Header(`X Y`, `a`) | \"X Y\" | the name of a header",
        "Header(`X:`, `a`) | \"X:\" | the name of a header",
        "HeaderRegexp(``, `a`) | \"\" | the name of a header",
        "Path(`/é`) | \"/é\" | plain ASCII",
      })
  void whatIsNotARouteIsSaidWithItsPlace(String expression, String found, String expected) {
    assertThatThrownBy(() -> Route.parse(expression))
        .isInstanceOfSatisfying(
            RouteSyntaxException.class,
            wrong -> {
              assertThat(wrong.found()).contains(found);
              assertThat(wrong.expected()).contains(expected);
            });
  }

  @Test
  void endlessNestingIsRefused() {
    assertThatThrownBy(() -> Route.parse("!".repeat(10_000) + "Path(`/`)"))
        .isInstanceOf(RouteSyntaxException.class);
  }

  @Test
  void anExplosionOfAlternativesIsRefused() {
    String either = "(Path(`/a`) || Path(`/b`))";
    assertThatThrownBy(() -> Route.parse(either + (" && " + either).repeat(20)))
        .isInstanceOf(RouteSyntaxException.class)
        .hasMessageContaining("alternatives");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Path(`/<path:x>`) ; Path(`/a`)",
        "Path(`/<path:x>`) ; Path(`/a/<b>`) && Method(`GET`)",
        "Path(`/a/<path:x>`) ; Path(`/a/b/<c>`)",
        "Path(`/<a>`) ; Path(`/b`)",
        "PathRegexp(`.*`) ; Host(`a.example`)",
        "PathRegexp(`^/a`) ; Path(`/a/b`)",
        "PathRegexp(`^/a.*$`) ; PathRegexp(`^/a/b`)",
        "PathRegexp(`b`) ; Path(`/abc`)",
        "!Path(`/a`) ; Path(`/b`)",
        "Host(`<sub>.example`) ; Host(`a.example`) && Path(`/a`)",
        "Path(`/a`) || Path(`/<path:x>`) ; Path(`/c`) || Path(`/d`)",
        "Header(`X`, `<any>`) ; Header(`X`, `1`)",
      })
  void aRouteCoversWhatItSurelyTakes(String wide, String narrow) throws RouteSyntaxException {
    assertThat(Route.parse(wide).covers(Route.parse(narrow))).isTrue();
    assertThat(Route.parse(narrow).covers(Route.parse(wide))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Path(`/<path:x>`) ; PathRegexp(`.*`)",
        "Path(`/a/<path:x>`) ; Path(`/<b>/c`)",
        "Path(`/a/<path:x>`) ; Path(`/a`)",
        "PathRegexp(`^/a$`) ; Path(`/ab`)",
        "PathRegexp(`^/a+`) ; Path(`/b`)",
        "PathRegexp(`^/a.b`) ; PathRegexp(`^/a.b/c`)",
        "Path(`/a`) ; !Path(`/b`)",
        "HostRegexp(`.*`) ; Path(`/a`)",
        "Header(`X`, `<any>`) ; Header(`Y`, `1`)",
        "Path(`/<path:x>`) && Method(`GET`) ; Path(`/a`)",
        "Path(`/<path:x>`) && !Method(`GET`) ; Path(`/a`) && Method(`GET`)",
      })
  void aRouteCoversNothingThatItMayLeave(String one, String other) throws RouteSyntaxException {
    assertThat(Route.parse(one).covers(Route.parse(other))).isFalse();
  }
}
