package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever keeps requests from being answered is seen by the commands, before anybody asks why. */
class SeeingIT {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private final Etcd etcd = Etcd.start();
  private final TestGateway gateway = TestGateway.onEtcd("one", etcd, null);
  private final int port = gateway.listener("l");

  @BeforeEach
  void isInTheFleet() {
    await().until(() -> sluice("status").out().contains("one"));
  }

  @AfterEach
  void stop() {
    gateway.close();
    etcd.close();
  }

  private static ConditionFactory await() {
    return Awaitility.await().ignoreExceptions();
  }

  private Sluice sluice(String... arguments) {
    return Sluice.run(etcd, arguments);
  }

  @Test
  void aBackendWhereNobodyAnswersIsNamedUntilSomebodyDoes() throws Exception {
    int dead = FreePort.next();
    gateway
        .put("backends/b/backend", "{'Type':'http'}")
        .server("b", "s", dead)
        .frontend("f", "b", "Path(`/a`)")
        .awaitStatus(port, "/a", 502);

    await()
        .until(
            () -> {
              TestGateway.get(port, "/a");
              return sluice("problems").status() == 1;
            });

    assertThat(sluice("problems").out()).contains("backends/b", "requests of frontend f fail");
    assertThat(sluice("status").err()).contains("backends/b", "sluice problems shows all");
    assertThat(gateway.meter("sluice_backend_unanswered{backend=\"b\"}")).isEqualTo(1);
    assertThat(gateway.admin("/readyz").body()).contains("\"problems\":1");
    Sluice servers = sluice("servers", "b", "--output", "json");
    assertThat(servers.status()).isEqualTo(1);
    JsonNode server = JSON.readTree(servers.out()).get(0);
    assertThat(server.path("state").asText()).isEqualTo("FAILING");
    assertThat(server.path("last_error").asText()).isEqualTo("the server could not be reached");
    assertThat(server.path("gateways").path("one").asText()).isEqualTo("FAILING");

    try (Origin back = Origin.at(dead)) {
      gateway.awaitStatus(port, "/a", 200);
      assertThat(back.accepted()).isPositive();
      await().until(() -> sluice("problems").status() == 0);
      assertThat(sluice("servers").succeeds().out()).contains("READY", "1/1");
      assertThat(gateway.meter("sluice_backend_unanswered{backend=\"b\"}")).isZero();
    }
  }

  @Test
  void aBackendWithoutAnyServerIsNamed() {
    gateway.put("backends/b/backend", "{'Type':'http'}").frontend("f", "b", "Path(`/a`)");

    await().until(() -> sluice("problems").out().contains("no server that takes requests"));
  }

  @Test
  void deadServersTakeNoRequestFromThoseThatAnswer() {
    try (Origin origin = Origin.named("well")) {
      gateway
          .backend("b", origin)
          .server("b", "dead", FreePort.next())
          .frontend("f", "b", "Path(`/a`)")
          .awaitStatus(port, "/a", 200);

      try (Load load = Load.start(4, port, "/a", answer -> answer.status() == 200)) {
        await().until(() -> sluice("servers").out().contains("FAILING"));
        assertThat(load.wrong()).isEmpty();
      }
      assertThat(sluice("problems").succeeds().out()).doesNotContain("backends/b");
    }
  }

  @Test
  void aGatewayIsReadyWhileEveryListenerIsBoundAndNoLonger() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      gateway.put(
          "listeners/taken",
          "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + taken.getLocalPort() + "'}}");

      await().until(() -> gateway.admin("/readyz").statusCode() == 503);
      assertThat(gateway.admin("/readyz").body()).contains("\"unbound\":[\"taken\"]");
      assertThat(sluice("problems").status()).isEqualTo(1);
      assertThat(sluice("status").err()).contains("listeners/taken Address");
    }
    await().until(() -> gateway.admin("/readyz").statusCode() == 200);
    await().until(() -> sluice("problems").status() == 0);
  }

  @Test
  void aFrontendThatNeverMatchesIsNamedByTheGatewayToo() {
    gateway
        .put("backends/b/backend", "{'Type':'http'}")
        .put("frontends/a/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/a`)'}")
        .put("frontends/b/frontend", "{'Type':'http','BackendId':'b','Route':'Path(`/a`)'}");

    await().until(() -> sluice("problems").out().contains("it never matches, because frontend a"));
  }

  @Test
  void aTreeThatIsHeldBackIsNamedByEverythingThatWaitsForItUntilItIsAccepted() throws Exception {
    try (Origin origin = Origin.named("one")) {
      gateway.backend("b", origin).frontend("f", "b", "Path(`/a`)").awaitStatus(port, "/a", 200);
      etcd.kill();
      etcd.wipe();
      etcd.resume();
      await().until(() -> sluice("status").out().contains("held"));

      assertThat(sluice("problems").out()).contains("the store", "held back", "sluice accept");
      Sluice changed = sluice("upsert", "backend", "c", "{'Type':'http'}", "--timeout", "2");
      assertThat(changed.status()).isEqualTo(1);
      assertThat(changed.err()).contains("from held", "sluice accept takes it");
      Sluice itself = Sluice.run("status", "--admin", "127.0.0.1:" + gateway.adminPort());
      assertThat(itself.succeeds().out()).contains("one", "held");

      assertThat(sluice("accept", "--gateway", "nobody").status()).isEqualTo(1);
      assertThat(sluice("accept").succeeds().out()).contains("one", "accepted");
      await().until(() -> sluice("status").out().contains("serving"));
      assertThat(sluice("accept").succeeds().out()).contains("held nothing back");
    }
  }

  @Test
  void aGatewayIsAskedItselfWhereTheStoreIsAway() {
    etcd.kill();

    Sluice away = sluice("status");
    assertThat(away.status()).isEqualTo(1);
    assertThat(away.err()).contains("--admin HOST:PORT");
    assertThat(Sluice.run("status", "--admin", "127.0.0.1:" + gateway.adminPort()).succeeds().out())
        .contains("one", "serving");
    assertThat(Sluice.run("status", "--admin", "127.0.0.1:1").status()).isEqualTo(1);
  }

  @Test
  void explainSaysWhoTakesARequestAndWhyNoOtherDoes() throws IOException {
    file(
        "listeners/public",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:80'},'Settings':{'Default':true}}");
    file("listeners/private", "{'Protocol':'http','Address':{'Address':'127.0.0.1:81'}}");
    file("backends/b/backend", "{'Type':'http'}");
    file("backends/b/servers/s", "{'URL':'http://127.0.0.1:1'}");
    file(
        "frontends/exact/frontend",
        "{'Type':'http','BackendId':'b','Route':'Host(`a.example`) && Path(`/v1/items`)'}");
    file(
        "frontends/pattern/frontend",
        "{'Type':'http','BackendId':'b','Route':'Path(`/v1/<x>`) && Method(`GET`)'}");
    file(
        "frontends/posts/frontend",
        "{'Type':'http','BackendId':'b','Route':'Path(`/v1/items`) && Method(`POST`)'}");
    file(
        "frontends/inside/frontend",
        "{'Type':'http','BackendId':'b','Listeners':['private'],'Route':'Path(`/v1/items`)'}");
    file(
        "frontends/pattern/middlewares/limit",
        "{'Type':'connlimit','Middleware':{'Connections':16,'Variable':'client.ip'}}");
    String tree = folder.toString();

    String first =
        Sluice.run("explain", "http://a.example/v1/items?x=1", "-f", tree).succeeds().out();
    assertThat(first)
        .contains(
            "listener  public",
            "frontend  exact",
            "matches   exact  its route is the most specific",
            "matches   pattern  frontend exact comes first",
            "not       posts  not for method GET",
            "not       inside  its Listeners are private, not public");

    JsonNode other =
        JSON.readTree(
            Sluice.run("explain", "http://b.example/v1/items", "-f", tree, "--output", "json")
                .succeeds()
                .out());
    assertThat(other.path("frontend").asText()).isEqualTo("pattern");
    assertThat(other.path("backend").asText()).isEqualTo("b");
    assertThat(other.path("stages").get(0).path("id").asText()).isEqualTo("limit");
    assertThat(
            Sluice.run("explain", "-X", "POST", "http://b.example/v1/items", "-f", tree)
                .succeeds()
                .out())
        .contains("frontend  posts");
    assertThat(
            Sluice.run("explain", "http://b.example/v1/items", "--listener", "private", "-f", tree)
                .succeeds()
                .out())
        .contains("frontend  inside");
    Sluice nobody = Sluice.run("explain", "http://b.example/none", "-f", tree);
    assertThat(nobody.status()).isEqualTo(1);
    assertThat(nobody.out()).contains("none takes it", "path /none");
    assertThat(Sluice.run("explain", "ftp://b/", "-f", tree).status()).isEqualTo(2);
    assertThat(Sluice.run("explain", "http://b/", "-f", tree, "--listener", "x").err())
        .contains("expected one of [private, public]");
  }

  /** In their order, up to the one that answers; what others decide is told as theirs. */
  @Test
  void explainSaysWhatEachStageSays() throws IOException {
    file("listeners/l", "{'Protocol':'http','Address':{'Address':'127.0.0.1:8480'}}");
    file("backends/b/backend", "{'Type':'http'}");
    file("frontends/f/frontend", "{'Type':'http','BackendId':'b','Route':'PathRegexp(`^/api/`)'}");
    file(
        "frontends/f/middlewares/a",
        "{'Type':'stripprefix','Priority':1,'Middleware':{'Prefixes':['/api']}}");
    file(
        "frontends/f/middlewares/b",
        "{'Type':'ratelimit','Priority':2,'Middleware':"
            + "{'PeriodSeconds':1,'Requests':1,'Variable':'client.ip'}}");
    file(
        "frontends/f/middlewares/c",
        "{'Type':'ipaccess','Priority':3,'Middleware':{'Allow':['10.0.0.0/8']}}");
    file(
        "frontends/f/middlewares/d",
        "{'Type':'headers','Priority':4,'Middleware':{'Request':{'Remove':['X']}}}");
    String url = "http://127.0.0.1:8480/api/x?y";

    String refused = Sluice.run("explain", url, "-f", folder.toString()).succeeds().out();
    assertThat(refused)
        .contains(
            "a  stripprefix, priority 1: passes, and asks for /x?y",
            "b  ratelimit, priority 2: decided by what was counted",
            "c  ipaccess, priority 3: answers 403 ip_denied",
            "d  headers, priority 4: not reached");

    String passes =
        Sluice.run("explain", url, "-f", folder.toString(), "--client", "10.1.2.3", "-o", "json")
            .succeeds()
            .out();
    assertThat(passes).doesNotContain("answers").contains("\"verdict\" : \"passes\"");
    assertThat(Sluice.run("explain", url, "-f", folder.toString(), "--client", "me").err())
        .contains("--client: found \"me\"");
  }

  @Test
  void explainShowsTheServersOfARunningFleet() {
    try (Origin origin = Origin.named("one")) {
      gateway.backend("b", origin).frontend("f", "b", "Path(`/a`)").awaitStatus(port, "/a", 200);

      assertThat(sluice("explain", "http://localhost:" + port + "/a").succeeds().out())
          .contains("listener  l", "frontend  f", "backend   b  100 %", "server    b/s0", "READY");
    }
  }

  @Test
  void topShowsWhatHappensInASecond() throws Exception {
    try (Origin origin = Origin.named("one")) {
      gateway.backend("b", origin).frontend("f", "b", "Path(`/a`)").awaitStatus(port, "/a", 200);
      try (Load load = Load.start(2, port, "/a", answer -> answer.status() == 200)) {
        for (String what : List.of("frontends", "backends", "servers")) {
          Sluice top = sluice("top", what, "--once", "--output", "json").succeeds();
          JsonNode row = JSON.readTree(top.out()).get(0);
          assertThat(row.path("req_s").asDouble()).as(what).isPositive();
        }
        assertThat(load.wrong()).isEmpty();
      }
      assertThat(sluice("top", "servers", "--once").succeeds().out()).contains("READY");
    }
  }

  private void file(String key, String json) throws IOException {
    Path file = folder.resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json.replace('\'', '"'));
  }
}
