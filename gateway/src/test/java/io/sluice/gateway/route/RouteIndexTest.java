package io.sluice.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteIndexTest {
  @ParameterizedTest(name = "{0} beats {1} on {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "Host(`a.com`) | Path(`/x`) && Method(`GET`) | GET a.com /x",
        "Host(`a.com`) | Host(`<x>.com`) | GET a.com /x",
        "Host(`<x>.com`) | Path(`/x`) | GET a.com /x",
        "HostRegexp(`.*`) | Path(`/x`) | GET a.com /x",
        "Host(`a.com`) && Path(`/x`) | PathRegexp(`.*`) | GET a.com /x",
        "Path(`/123`) | Path(`/<id>`) | GET a /123",
        "Path(`/a/b/<id>`) | Path(`/a/<path:rest>`) | GET a /a/b/c",
        "Path(`/a/<id>`) | PathRegexp(`^/a/`) | GET a /a/b",
        "PathRegexp(`^/a/b`) | Path(`/a/<id>`) | GET a /a/b",
        "PathRegexp(`b`) | Method(`GET`) | GET a /b",
        "PathRegexp(`/api/.*`) | PathRegexp(`/.*`) | GET a /api/x",
        "PathRegexp(`/ab.*`) | PathRegexp(`/a.*`) | GET a /abc",
        "PathRegexp(`/a/.*`) | PathRegexp(`/[ab]/.*`) | GET a /a/x",
        "PathRegexp(`^/a/.*`) | PathRegexp(`^/[ab]/.*`) | GET a /a/x",
        "PathRegexp(`/api/[0-9]+`) | PathRegexp(`/.*`) | GET a /api/1",
        "Method(`POST`) && PathRegexp(`/api/.*`) | PathRegexp(`/api/[0-9]+`) | POST a /api/1",
        "Path(`/api/<path:x>`) | PathRegexp(`/api/.*`) | GET a /api/x",
        "Path(`/<a>/y`) | Path(`/<a>/<b>`) | GET a /q/y",
        "Path(`/x/<b>`) | Path(`/<a>/y`) | GET a /x/y",
        "Path(`/x`) && Method(`GET`) | Path(`/x`) | GET a /x",
        "Path(`/x`) && Method(`GET`) | Path(`/x`) && MethodRegexp(`G`) | GET a /x",
        "Path(`/x`) && Header(`X-A`, `b`) | Path(`/x`) | GET a /x X-A=b",
        "Path(`/x`) && Header(`X-A`, `b`) | Path(`/x`) && HeaderRegexp(`X-A`, `b`) | GET a /x"
            + " X-A=b",
        "Host(`a.com`) && Path(`/x`) | Host(`a.com`) && Method(`POST`) && Path(`/x`) | GET a.com"
            + " /x",
      })
  void theMoreSpecificRouteWins(String better, String worse, String request)
      throws RouteSyntaxException {
    // Ids are against the better one, so that only the precedence can decide.
    assertThat(
            index(List.of(entry("b", 0, better), entry("a", 0, worse)))
                .match(TestRequest.of(request)))
        .isEqualTo("b");
    assertThat(
            index(padded(List.of(entry("b", 0, better), entry("a", 0, worse))))
                .match(TestRequest.of(request)))
        .isEqualTo("b");
  }

  @Test
  void anIndexThatWasChangedFindsWhatOneMadeAnewFinds() throws RouteSyntaxException {
    Random random = new Random(7);
    List<RouteIndex.Entry<String>> present = new ArrayList<>();
    RouteIndex<String> changed = index(List.of());
    for (int round = 0; round < 200; round++) {
      List<RouteIndex.Entry<String>> removed = new ArrayList<>();
      while (present.size() > 60 || (!present.isEmpty() && random.nextInt(3) == 0)) {
        removed.add(present.remove(random.nextInt(present.size())));
      }
      List<RouteIndex.Entry<String>> added = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        String host = random.nextBoolean() ? "Host(`h" + random.nextInt(3) + "`) && " : "";
        String path =
            switch (random.nextInt(4)) {
              case 0 -> "Path(`/p/" + random.nextInt(4) + "`)";
              case 1 -> "Path(`/p/<id>`)";
              case 2 -> "Path(`/p/<id>/x`)";
              default -> "PathRegexp(`.*" + random.nextInt(4) + "`)";
            };
        added.add(entry("r" + round + "-" + i, random.nextInt(2), host + path));
      }
      present.addAll(added);
      changed = changed.change(removed, added);
      RouteIndex<String> anew = index(present);
      for (int i = 0; i < 20; i++) {
        String request =
            "GET h" + random.nextInt(4) + " /p/" + random.nextInt(5) + (i % 2 == 0 ? "" : "/x");
        assertThat(changed.match(TestRequest.of(request)))
            .as(request)
            .isEqualTo(anew.match(TestRequest.of(request)));
      }
    }
  }

  @Test
  void priorityWinsOverEverything() throws RouteSyntaxException {
    var index =
        index(
            List.of(
                entry("exact", 0, "Host(`a`) && Path(`/x`)"),
                entry("pinned", 1, "PathRegexp(`.*`)")));

    assertThat(index.match(TestRequest.of("GET a /x"))).isEqualTo("pinned");
  }

  @Test
  void theSmallerIdBreaksATie() throws RouteSyntaxException {
    var index = index(List.of(entry("two", 0, "Path(`/x`)"), entry("one", 0, "Path(`/x`)")));

    assertThat(index.match(TestRequest.of("GET a /x"))).isEqualTo("one");
  }

  @Test
  void eachAlternativeHasItsOwnRank() throws RouteSyntaxException {
    var index =
        index(
            List.of(
                entry("both", 0, "Path(`/exact`) || PathRegexp(`.*`)"),
                entry("pattern", 0, "Path(`/<id>`)")));

    assertThat(index.match(TestRequest.of("GET a /exact"))).isEqualTo("both");
    assertThat(index.match(TestRequest.of("GET a /other"))).isEqualTo("pattern");
    assertThat(index.match(TestRequest.of("GET a /other/deep"))).isEqualTo("both");
  }

  @Test
  void theOrderOfEntriesDoesNotMatterAndTheIndexAgreesWithTryingAll() throws RouteSyntaxException {
    List<RouteIndex.Entry<String>> entries = new ArrayList<>();
    String[] hosts = {"", "Host(`a.com`) && ", "Host(`<x>.com`) && ", "Host(`b.com`) && "};
    String[] paths = {
      "Path(`/x`)",
      "Path(`/<id>`)",
      "Path(`/x/<id>`)",
      "PathRegexp(`^/x`)",
      "PathRegexp(`y`)",
      "Path(`/<path:all>`)",
      "Method(`GET`)"
    };
    for (String host : hosts) {
      for (String path : paths) {
        entries.add(entry("f" + entries.size(), entries.size() % 5 == 0 ? 1 : 0, host + path));
      }
    }
    Random random = new Random(42);
    RouteIndex<String> one = index(entries);
    Collections.shuffle(entries, random);
    RouteIndex<String> other = index(entries);
    for (String host : new String[] {"a.com", "b.com", "c.com", "d"}) {
      for (String path : new String[] {"/x", "/y", "/x/y", "/x/1", "/", "/z/y"}) {
        TestRequest request = TestRequest.of("GET " + host + " " + path);
        assertThat(one.match(request))
            .isEqualTo(other.match(request))
            .isEqualTo(bestByTryingAll(entries, request));
      }
    }
  }

  /**
   * A hundred thousand frontends may not make a match cost many times what it costs among a
   * hundred; a scan would cost a thousand times.
   */
  @Test
  void theCostDoesNotFollowTheNumberOfFrontends() throws RouteSyntaxException {
    int few = mostLooks(index(many(100)), 100);
    int many = mostLooks(index(many(100_000)), 100_000);

    assertThat(many).isEqualTo(few);
  }

  /** How often a request is looked at until its frontend is found, of many requests the most. */
  private static int mostLooks(RouteIndex<String> index, int size) {
    Random random = new Random(1);
    int most = 0;
    for (int i = 0; i < 1_000; i++) {
      int n = random.nextInt(size);
      RouteInput request = TestRequest.of("GET host" + n + ".example /v1/tenant" + n + "/items/7");
      AtomicInteger looks = new AtomicInteger();
      RouteInput counted =
          (RouteInput)
              Proxy.newProxyInstance(
                  RouteInput.class.getClassLoader(),
                  new Class<?>[] {RouteInput.class},
                  (proxy, method, arguments) -> {
                    looks.incrementAndGet();
                    return method.invoke(request, arguments);
                  });
      assertThat(index.match(counted)).isNotNull();
      most = Math.max(most, looks.get());
    }
    return most;
  }

  private static List<RouteIndex.Entry<String>> many(int count) throws RouteSyntaxException {
    List<RouteIndex.Entry<String>> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String route =
          switch (i % 3) {
            case 0 -> "Host(`host" + i + ".example`)";
            case 1 -> "Path(`/v1/tenant" + i + "/items/<id>`)";
            default -> "Path(`/v1/tenant" + i + "/items/7`)";
          };
      entries.add(entry("f" + i, 0, route));
    }
    return entries;
  }

  private static String bestByTryingAll(
      List<RouteIndex.Entry<String>> entries, RouteInput request) {
    String best = null;
    for (RouteIndex.Entry<String> entry : entries) {
      if (!entry.route().matches(request)) {
        continue;
      }
      // Two at a time, without the maps: a bucket of at most eight is a plain list.
      RouteIndex.Entry<String> rival = best == null ? null : byId(entries, best);
      best = rival == null ? entry.id() : RouteIndex.of(List.of(rival, entry)).match(request);
    }
    return best;
  }

  private static RouteIndex.Entry<String> byId(List<RouteIndex.Entry<String>> entries, String id) {
    return entries.stream().filter(entry -> entry.id().equals(id)).findFirst().orElseThrow();
  }

  /** Enough other routes that the maps are used instead of lists. */
  private static List<RouteIndex.Entry<String>> padded(List<RouteIndex.Entry<String>> entries)
      throws RouteSyntaxException {
    List<RouteIndex.Entry<String>> padded = new ArrayList<>(entries);
    for (int i = 0; i < 40; i++) {
      padded.add(entry("z" + i, 0, "Host(`a.com`) && Path(`/pad" + i + "`)"));
      padded.add(entry("y" + i, 0, "Path(`/pad" + i + "/<id>`)"));
    }
    return padded;
  }

  private static RouteIndex<String> index(List<RouteIndex.Entry<String>> entries) {
    return RouteIndex.of(entries);
  }

  private static RouteIndex.Entry<String> entry(String id, int priority, String route)
      throws RouteSyntaxException {
    return new RouteIndex.Entry<>(id, priority, Route.parse(route), id);
  }
}
