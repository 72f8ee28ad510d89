package io.sluice.gateway.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.route.RouteInput;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoint;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.Endpoints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TableCompilerTest {
  private static final Map<String, String> TREE =
      new TreeMap<>(
          Map.of(
              "listeners/public",
              listener(1, ""),
              "listeners/private",
              listener(2, ""),
              "backends/b/backend",
              "{'Type':'http'}",
              "backends/b/servers/s1",
              "{'URL':'http://one:1'}",
              "backends/b/servers/s2",
              "{'URL':'http://two:2','Weight':3}",
              "frontends/f/frontend",
              frontend("b", "Path(`/f`)", "'public'"),
              "frontends/p/frontend",
              frontend("b", "Path(`/<path:all>`)", "'private'"),
              "frontends/f/middlewares/m",
              "{'Type':'connlimit','Middleware':{'Connections':16,'Variable':'client.ip'}}"));

  private final Endpoints endpoints = new Endpoints(List.of());
  private final KeyTree.Editor tree = KeyTree.EMPTY.edit();
  private final ConfigReader reader = new ConfigReader();
  private final TableCompiler compiler =
      new TableCompiler(
          endpoints, new Telemetry(), new Sources(new SharedBudget(0)), System::nanoTime);
  private RoutingTable table = RoutingTable.EMPTY;

  @Test
  void keysInAnyOrderEndInTheSameTable() {
    List<String> keys = new ArrayList<>(TREE.keySet());
    for (int round = 0; round < 50; round++) {
      Collections.shuffle(keys, new Random(round));
      TableCompilerTest another = new TableCompilerTest();
      for (String key : keys) {
        another.put(key, TREE.get(key));
      }

      assertThat(another.table.problems()).isEmpty();
      assertThat(another.match("127.0.0.1:1", "/f")).isEqualTo("f");
      assertThat(another.match("127.0.0.1:1", "/other")).isNull();
      assertThat(another.match("127.0.0.1:2", "/f")).isEqualTo("p");
      assertThat(another.table.frontends().get("f").chain().isEmpty()).isFalse();
      assertThat(another.table.backend("b").wanted())
          .containsExactlyInAnyOrder(new EndpointKey("one", 1), new EndpointKey("two", 2));
    }
  }

  @Test
  void unchangedObjectsAreTakenOver() {
    putAll();
    RoutingTable before = table;

    put("backends/b/servers/s3", "{'URL':'http://three:3'}");

    assertThat(table.frontends().get("f")).isSameAs(before.frontends().get("f"));
    assertThat(table.listenerAt("127.0.0.1:1").index())
        .isSameAs(before.listenerAt("127.0.0.1:1").index());
    assertThat(table.backend("b")).isNotSameAs(before.backend("b"));
    assertThat(table.version()).isEqualTo(before.version() + 1);
  }

  @Test
  void aChangedMiddlewareKeepsTheIndex() {
    putAll();
    RoutingTable before = table;

    put(
        "frontends/f/middlewares/m",
        "{'Type':'connlimit','Middleware':{'Connections':17,'Variable':'client.ip'}}");

    assertThat(table.frontends().get("f")).isNotSameAs(before.frontends().get("f"));
    assertThat(table.listenerAt("127.0.0.1:1").index())
        .isSameAs(before.listenerAt("127.0.0.1:1").index());
  }

  @Test
  void aFrontendWithAnUnreadableRouteKeepsItsLastGoodForm() {
    putAll();

    put("frontends/f/frontend", frontend("b", "Path(", "'public'"));
    assertThat(match("127.0.0.1:1", "/f")).isEqualTo("f");
    assertThat(table.problems())
        .extracting(Problem::where)
        .containsExactly("frontends/f/frontend Route");
    put("listeners/other", listener(3, ""));
    assertThat(table.problems()).hasSize(1);
    put("frontends/f/frontend", frontend("b", "Path(`/g`)", "'public'"));

    assertThat(table.problems()).isEmpty();
    assertThat(match("127.0.0.1:1", "/f")).isNull();
    assertThat(match("127.0.0.1:1", "/g")).isEqualTo("f");
  }

  @Test
  void aFrontendIsUnavailableRatherThanServedWithoutAMiddleware() {
    putAll();

    put("frontends/f/middlewares/auth", "{'Type':'jwt','Middleware':{}}");

    assertThat(table.frontends().get("f").unavailable()).isNotNull();
    assertThat(table.frontends().get("p").unavailable()).isNull();
    remove("frontends/f/middlewares/auth");
    assertThat(table.frontends().get("f").unavailable()).isNull();
  }

  @Test
  void aBackendThatIsMissingIsNamedAndFoundWhenItComes() {
    put("frontends/f/frontend", frontend("later", "Path(`/f`)", ""));
    assertThat(table.problems()).singleElement().asString().contains("\"later\"");

    put("backends/later/backend", "{'Type':'http'}");

    assertThat(table.problems()).isEmpty();
    assertThat(table.backend("later")).isNotNull();
  }

  @Test
  void aNewBackendThatNamesNothingLeavesTheFrontendAsItWasUntilItComes() {
    putAll();
    CompiledFrontend served = table.frontends().get("f");

    put("frontends/f/frontend", "{'Type':'http','BackendId':'missing','Route':'Path(`/moved`)'}");

    assertThat(table.frontends().get("f")).isSameAs(served);
    assertThat(table.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.found()).contains("\"missing\""));
    put("backends/b/servers/s3", "{'URL':'http://three:3'}");
    assertThat(table.problems()).hasSize(1);

    put(
        "frontends/f/middlewares/guard",
        "{'Type':'connlimit','Middleware':{'Connections':1,'Variable':'client.ip'}}");
    assertThat(table.frontends().get("f").middlewares()).hasSize(2);
    assertThat(table.frontends().get("f").written()).isSameAs(served.written());

    put("backends/missing/backend", "{'Type':'http'}");
    assertThat(table.frontends().get("f").written().route()).isEqualTo("Path(`/moved`)");
    assertThat(table.problems()).isEmpty();
  }

  @Test
  void frontendsThatNameNoListenerAreReachableThroughTheDefaultOnesOnly() {
    put("listeners/a", listener(1, ""));
    put("listeners/b", listener(2, ""));
    put("frontends/f/frontend", frontend("b", "Path(`/f`)", ""));
    assertThat(List.of(match("127.0.0.1:1", "/f"), match("127.0.0.1:2", "/f")))
        .containsExactly("f", "f");

    put(
        "listeners/b",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:2'},'Settings':{'Default':true}}");

    assertThat(match("127.0.0.1:1", "/f")).isNull();
    assertThat(match("127.0.0.1:2", "/f")).isEqualTo("f");
  }

  @Test
  void aScopeRestrictsAListenerAndABadOneKeepsTheLast() {
    putAll();
    put("listeners/public", listener(1, "Host(`a.example`)"));
    assertThat(match("127.0.0.1:1", "/f")).isNull();

    put("listeners/public", listener(1, "Host("));
    put("listeners/other", listener(3, ""));

    assertThat(match("127.0.0.1:1", "/f")).isNull();
    assertThat(table.problems())
        .extracting(Problem::where)
        .containsExactly("listeners/public Scope");
  }

  @Test
  void twoListenersAtOneAddressAreAProblemOfTheSecond() {
    put("listeners/a", listener(1, ""));
    put("listeners/b", listener(1, ""));

    assertThat(table.problems()).extracting(Problem::where).containsExactly("listeners/b Address");
    assertThat(table.listenerAt("127.0.0.1:1").id()).isEqualTo("a");
  }

  @Test
  void theFirstHolderOfAnAddressKeepsIt() {
    put("listeners/m", listener(1, ""));
    put("listeners/n", listener(2, ""));

    put("listeners/a", listener(1, ""));
    put("listeners/n", listener(1, ""));

    assertThat(table.listenerAt("127.0.0.1:1").id()).isEqualTo("m");
    assertThat(table.listenerAt("127.0.0.1:2").id()).isEqualTo("n");
    assertThat(table.problems())
        .extracting(Problem::where)
        .containsExactlyInAnyOrder("listeners/a Address", "listeners/n Address");
  }

  @Test
  void aListenerThatIsNotAcceptedHasNoSayInWhatIsDefault() {
    put("listeners/a", listener(1, ""));
    put("frontends/f/frontend", frontend("b", "Path(`/f`)", ""));

    put(
        "listeners/z",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:9'},'Scope':'Nope(','Settings':{'Default':true}}");

    assertThat(match("127.0.0.1:1", "/f")).isEqualTo("f");
    remove("listeners/z");
    assertThat(match("127.0.0.1:1", "/f")).isEqualTo("f");
  }

  @Test
  void anEndpointIsTheSameWhateverItsServerIsCalledAndRevivesWhenItIsWantedAgain() {
    putAll();
    Endpoint one = table.backend("b").balancer().pick(List.of(), 0).endpoint();
    Endpoint living =
        endpoints.all().stream()
            .filter(e -> e.key().equals(new EndpointKey("one", 1)))
            .findFirst()
            .orElseThrow();

    remove("backends/b/servers/s1");
    endpoints.retireExcept(table.wantedEndpoints());
    assertThat(living.state()).isEqualTo(Endpoint.State.DRAINING);
    put("backends/b/servers/renamed", "{'URL':'http://one:1','Weight':9}");

    assertThat(living.state()).isEqualTo(Endpoint.State.ACTIVE);
    assertThat(endpoints.all()).contains(living);
    assertThat(one).isNotNull();
  }

  @Test
  void drainingServersAndThoseWithoutWeightGetNothing() {
    putAll();

    put("backends/b/servers/s1", "{'URL':'http://one:1','State':'draining'}");
    put("backends/b/servers/s2", "{'URL':'http://two:2','Weight':0}");

    assertThat(table.backend("b").balancer().pick(List.of(), 0)).isNull();
    assertThat(table.wantedEndpoints()).isEmpty();
  }

  private void putAll() {
    TREE.forEach(this::put);
  }

  private void put(String key, String json) {
    tree.put(key, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    table = compiler.compile(reader.read(tree.done()), table);
  }

  private void remove(String key) {
    tree.remove(key);
    table = compiler.compile(reader.read(tree.done()), table);
  }

  private String match(String address, String path) {
    CompiledFrontend frontend =
        table.match(table.listenerAt(address), new Get(AsciiString.of(path)));
    return frontend == null ? null : frontend.id();
  }

  private static String listener(int port, String scope) {
    return "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
        + port
        + "'},'Scope':'"
        + scope
        + "'}";
  }

  private static String frontend(String backend, String route, String listeners) {
    return "{'Type':'http','BackendId':'"
        + backend
        + "','Route':'"
        + route
        + "','Listeners':["
        + listeners
        + "]}";
  }

  private record Get(AsciiString path) implements RouteInput {
    @Override
    public AsciiString host() {
      return AsciiString.of("h");
    }

    @Override
    public AsciiString method() {
      return AsciiString.of("GET");
    }

    @Override
    public AsciiString header(CharSequence name) {
      return null;
    }
  }
}
