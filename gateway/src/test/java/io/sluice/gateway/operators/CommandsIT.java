package io.sluice.gateway.operators;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operators' commands, against a real etcd and the gateways that follow it. */
class CommandsIT {
  private static final String BACKEND = "{'Type':'http'}";
  private static final String FRONTEND = "{'Type':'http','BackendId':'b','Route':'Path(`/a`)'}";

  @TempDir private Path folder;
  private final Etcd etcd = Etcd.start();
  private final TestGateway one = TestGateway.onEtcd("one", etcd, null);
  private final TestGateway two = TestGateway.onEtcd("two", etcd, null);

  @BeforeEach
  void bothAreInTheFleet() {
    Awaitility.await().until(() -> sluice("status").out().lines().count() == 3);
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    etcd.close();
  }

  /** Such as one that is cut off from the store. */
  @Test
  void aGatewayThatIsGoneBeforeItServesAChangeIsNamedAndNotCounted() {
    String lease = etcd.lease();
    String behind =
        etcd.get("/vulcand/gateways/two").replaceFirst("(\"revision\" ?: ?)\\d+", "$11");
    etcd.ctl("put", "--lease=" + lease, "/vulcand/gateways/three", behind);

    CompletableFuture<Sluice> written =
        CompletableFuture.supplyAsync(() -> sluice("upsert", "backend", "b", "{'Type':'http'}"));
    Awaitility.await().until(() -> !etcd.get("/vulcand/backends/b/backend").isEmpty());
    etcd.ctl("lease", "revoke", lease);

    assertThat(written.join().succeeds().err())
        .contains("gateway three is no longer of the fleet", "2 gateways serve it");
  }

  @Test
  void applyReturnsWhenEveryGatewayServes() throws IOException {
    file("backends/b/backend", BACKEND);
    file("frontends/f/frontend", FRONTEND);

    Sluice applied = sluice("apply", "-f", folder.toString()).succeeds();

    assertThat(applied.err()).contains("2 keys changed at revision", "2 gateways serve it");
    for (TestGateway gateway : List.of(one, two)) {
      assertThat(gateway.gateway().status().table().frontends()).containsKey("f");
    }
    assertThat(sluice("apply", "-f", folder.toString()).succeeds().err())
        .contains("nothing to change");
  }

  @Test
  void applyNamesTheGatewaysThatDoNotServe() throws IOException {
    etcd.put("/vulcand/gateways/asleep", "{\"Revision\":1,\"Source\":\"disk\"}");
    file("backends/b/backend", BACKEND);

    Sluice applied = sluice("apply", "-f", folder.toString(), "--timeout", "1");

    assertThat(applied.status()).isEqualTo(1);
    assertThat(applied.err()).contains("gateway asleep serves revision 1 from disk, expected");
    file("backends/c/backend", BACKEND);
    sluice("apply", "-f", folder.toString(), "--wait=false").succeeds();
  }

  @Test
  void whatAGatewayWouldRefuseIsNotWritten() throws IOException {
    file("backends/b/backend", BACKEND);
    file("frontends/f/frontend", "{'Type':'http','BackendId':'b','Route':'Path('}");

    Sluice applied = sluice("apply", "-f", folder.toString());

    assertThat(applied.status()).isEqualTo(1);
    assertThat(applied.err()).contains("frontends/f/frontend Route", "nothing was written");
    assertThat(sluice("get", "backend").succeeds().out()).doesNotContain("\nb ");
    sluice("apply", "-f", folder.toString(), "--force").succeeds();
    Awaitility.await().until(() -> sluice("problems").status() == 1);
    assertThat(sluice("problems").out()).contains("frontends/f/frontend Route", "one,two");
  }

  @Test
  void twoOperatorsNeverOverwriteEachOtherUnseen() throws Exception {
    etcd.put("/vulcand/backends/b/backend", "{}");
    try (EtcdStore store = new EtcdStore(settings())) {
      EtcdStore.Snapshot seen = store.read("");
      long revision = seen.keys().get("backends/b/backend").modRevision();
      etcd.put("/vulcand/backends/b/backend", "{\"Type\":\"http\"}");

      assertThatThrownBy(
              () ->
                  store.commit(
                      List.of(
                          new EtcdStore.Change("backends/new/backend", "{}", 0, 0),
                          new EtcdStore.Change("backends/b/backend", "{}", revision, 0))))
          .isInstanceOfSatisfying(
              EtcdStore.Conflict.class,
              conflict -> assertThat(conflict.keys()).containsExactly("backends/b/backend"));
      assertThat(store.find("backends/new/backend")).isNull();
    }
  }

  @Test
  void anOldCopyOfTheTreeOverwritesNothingThatIsNewer() throws IOException {
    file("backends/b/backend", BACKEND);
    file("frontends/f/frontend", FRONTEND);
    file("frontends/g/frontend", FRONTEND.replace("/a", "/g"));
    sluice("apply", "-f", folder.toString()).succeeds();
    Path copy = folder.resolve("copy");
    Sluice exported = sluice("export", copy.toString(), "--output", "json").succeeds();
    String revision = exported.out().replaceAll("(?s).*\"revision\" : (\\d+).*", "$1");

    String mine = FRONTEND.replace("/a", "/mine").replace('\'', '"');
    etcd.put("/vulcand/frontends/f/frontend", FRONTEND.replace("/a", "/theirs").replace('\'', '"'));
    etcd.delete("/vulcand/frontends/g/frontend");
    Files.writeString(copy.resolve("frontends/f/frontend.json"), mine);
    Sluice applied = sluice("apply", "-f", copy.toString(), "--seen", revision);

    assertThat(applied.status()).isEqualTo(1);
    assertThat(applied.err())
        .contains(
            "nothing was written: changed by somebody else since revision " + revision,
            "frontends/f/frontend, frontends/g/frontend");
    assertThat(sluice("get", "frontend", "f").out()).contains("/theirs");
    String now =
        sluice("diff", "-f", copy.toString()).err().replaceAll("(?s).*revision (\\d+).*", "$1");
    sluice("apply", "-f", copy.toString(), "--seen", now).succeeds();
    assertThat(sluice("get", "frontend", "f").out()).contains("/mine");
  }

  @Test
  void whatOneGatewayRefusesIsSaidAndNoSuccess() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      file(
          "listeners/l",
          "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + taken.getLocalPort() + "'}}");

      Sluice applied = sluice("apply", "-f", folder.toString());

      assertThat(applied.status()).isEqualTo(1);
      assertThat(applied.err())
          .contains("gateway one does not serve all of it: listeners/l", "gateway two does not");
    }
  }

  @Test
  void aChangeThatLeavesOnlyUnhealthyServersIsWarnedOf() throws Exception {
    try (Origin well = Origin.named("well")) {
      int closed = FreePort.next();
      etcd.put(
          "/vulcand/backends/b/backend",
          "{\"Type\":\"http\",\"Settings\":{\"HealthCheck\":{\"Type\":\"tcp\",\"Interval\":\"100ms\"}}}");
      etcd.put("/vulcand/backends/b/servers/well", "{\"URL\":\"" + well.url() + "\"}");
      etcd.put("/vulcand/backends/b/servers/ill", "{\"URL\":\"http://127.0.0.1:" + closed + "\"}");
      Awaitility.await()
          .until(
              () ->
                  one.admin("/status").body().contains("DOWN")
                      && two.admin("/status").body().contains("DOWN"));

      Sluice removed = sluice("rm", "server", "b/well");

      assertThat(removed.succeeds().err())
          .contains("warning: backends/b: this change removes the last healthy server");
    }
  }

  @Test
  void aTreeThatIsTooLargeForOneTransactionArrivesWhole() throws IOException {
    file("backends/b/backend", BACKEND);
    for (int i = 0; i < 300; i++) {
      file(
          "frontends/f" + i + "/frontend",
          "{'Type':'http','BackendId':'b','Route':'Path(`/" + i + "`)'}");
    }

    sluice("apply", "-f", folder.toString()).succeeds();

    assertThat(one.gateway().status().table().frontends()).hasSize(300);
    assertThat(one.problems())
        .allMatch(problem -> problem.found().contains("no server that takes requests"));
  }

  @Test
  void exportWritesWhatApplyReads() throws IOException {
    file("backends/b/backend", BACKEND);
    file("frontends/f/frontend", FRONTEND);
    sluice("apply", "-f", folder.toString()).succeeds();

    Path copy = folder.resolve("copy");
    sluice("export", copy.toString()).succeeds();

    assertThat(sluice("diff", "-f", copy.toString(), "--prune").succeeds().err())
        .contains("0 keys differ");
  }

  @Test
  void noCommandShowsAPrivateKeyAndExportsAreTheirOwnersAlone() throws IOException {
    TestCertificate pair = TestCertificate.of("shop.example");
    String key = pair.privateKey();
    String secret = key.lines().skip(1).findFirst().orElseThrow();
    ObjectNode host = new JsonMapper().createObjectNode();
    host.putObject("Settings").putObject("KeyPair").put("Cert", pair.certificate()).put("Key", key);
    Path file = folder.resolve("hosts/shop.example/host.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, host.toString());
    Path broken = folder.resolve("hosts/broken.example/host.json");
    Files.createDirectories(broken.getParent());
    // In the wrong field, without a certificate, cut off in the middle.
    Files.writeString(broken, host.toString().replace("\"Cert\"", "\"Other\""));

    List<Sluice> said = new ArrayList<>();
    said.add(sluice("validate", folder.toString()));
    said.add(sluice("diff", "-f", folder.toString()));
    said.add(sluice("apply", "-f", folder.toString(), "--force"));
    said.add(sluice("diff", "-f", folder.toString(), "--prune", "--output", "json"));
    for (String form : List.of("table", "json")) {
      said.add(sluice("get", "host", "--output", form));
      said.add(sluice("get", "host", "shop.example", "--output", form));
      said.add(sluice("status", "--output", form));
      said.add(sluice("problems", "--output", form));
    }
    said.add(sluice("upsert", "host", "shop.example", host.toString().replace("Cert", "Crt")));
    said.add(sluice("upsert", "host", "other.example", host.toString().substring(0, 700)));
    Path copy = folder.resolve("copy");
    said.add(sluice("export", copy.toString()));

    for (Sluice each : said) {
      assertThat(each.out() + each.err()).doesNotContain(secret, secret.substring(0, 20));
    }
    assertThat(one.admin("/status").body()).doesNotContain(secret);
    assertThat(sluice("get", "host", "shop.example", "--with-secrets").out()).contains(secret);
    Path exported = copy.resolve("hosts/shop.example/host.json");
    assertThat(Files.readString(exported)).contains(secret);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(exported)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rwx------");
  }

  @Test
  void aHostIsWrittenFromFilesAndACertificateThatCannotServeItIsNamedWithoutAListener()
      throws IOException {
    TestCertificate pair = TestCertificate.of("shop.example");
    Path cert = Files.writeString(folder.resolve("cert.pem"), pair.certificate());
    Path key = Files.writeString(folder.resolve("key.pem"), pair.privateKey());
    String[] files = {"--cert", cert.toString(), "--key", key.toString()};

    Sluice written =
        sluice("upsert", "host", "shop.example", files[0], files[1], files[2], files[3]);
    assertThat(written.succeeds().err()).doesNotContain("warning");
    assertThat(sluice("get", "host", "shop.example", "--with-secrets").out())
        .contains("BEGIN CERTIFICATE", "BEGIN PRIVATE KEY");
    assertThat(sluice("upsert", "host", "x.org", files[0], files[1], files[2], files[3]).err())
        .contains("warning: hosts/x.org/host KeyPair: found a certificate for shop.example");
    Sluice certificates = sluice("certs");
    assertThat(certificates.status()).isEqualTo(1);
    assertThat(certificates.out().lines())
        .anyMatch(line -> line.matches("shop.example +shop.example +20.*"))
        .anyMatch(
            line -> line.startsWith("x.org ") && line.endsWith("expected one that names x.org"));

    Sluice paths =
        sluice(
            "upsert", "host", "y.org", "{'Settings':{'KeyPair':{'Cert':'c.pem','Key':'k.pem'}}}");
    assertThat(paths.status()).isEqualTo(1);
    assertThat(paths.err()).contains("error: hosts/y.org/host KeyPair: found no block BEGIN");
    Sluice none = sluice("upsert", "host", "z.org", "--cert", "/nowhere", "--key", key.toString());
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("--cert: found no file /nowhere that may be read");
    assertThat(sluice("upsert", "backend", "b", "--default").status()).isEqualTo(2);
  }

  @Test
  void whatTheFleetReadsOfAGatewayIsWhatThatGatewaySaidLast() throws Exception {
    String key = "/vulcand/gateways/one";
    try (EtcdStore store = new EtcdStore(settings())) {
      Awaitility.await().until(() -> store.find("gateways/one") != null);
      String own = store.find("gateways/one").value();
      for (String foreign : List.of("{}", "garbage", own.replace("false", "true"))) {
        etcd.put(key, foreign);
        Awaitility.await()
            .until(
                () -> {
                  EtcdStore.Stored now = store.find("gateways/one");
                  return now != null && now.value().equals(own) && now.lease() != 0;
                });
      }
      etcd.delete(key);
      Awaitility.await().until(() -> store.find("gateways/one") != null);
    }
  }

  @Test
  void pruneRemovesWhatIsNotInTheFilesButForLivingServices() throws Exception {
    etcd.put("/vulcand/backends/old/backend", "{\"Type\":\"http\"}");
    file("backends/b/backend", BACKEND);
    try (EtcdStore service = new EtcdStore(settings())) {
      long lease = service.renewLease(Duration.ofSeconds(60));
      String server = "{\"URL\":\"http://127.0.0.1:1\"}";
      service.commit(List.of(new EtcdStore.Change("backends/b/servers/alive", server, 0, lease)));

      sluice("apply", "-f", folder.toString(), "--prune").succeeds();

      assertThat(service.find("backends/old/backend")).isNull();
      assertThat(service.find("backends/b/servers/alive")).isNotNull();
      assertThat(sluice("status").out().lines()).hasSize(3);
    }
  }

  @Test
  void objectsAreWrittenShownAndRemovedOneByOne() {
    sluice("upsert", "backend", "b", BACKEND).succeeds();
    sluice("upsert", "frontend", "f", FRONTEND).succeeds();
    assertThat(sluice("get", "frontend", "f").succeeds().out()).contains("Path(`/a`)");
    assertThat(sluice("get", "frontend", "--output", "json").succeeds().out())
        .contains("\"f\" : {");

    Sluice refused = sluice("rm", "backend", "b");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).contains("the id of a backend that exists");

    sluice("rm", "frontend", "f").succeeds();
    sluice("rm", "backend", "b").succeeds();
    assertThat(sluice("rm", "backend", "b").err()).contains("found no backend \"b\"");
    assertThat(one.gateway().status().table().backends()).isEmpty();
  }

  @Test
  void aChangeThatTakesTheLastServerIsWarnedOf() {
    sluice("upsert", "backend", "b", BACKEND).succeeds();
    sluice("upsert", "server", "b/s", "{'URL':'http://127.0.0.1:1'}").succeeds();
    sluice("upsert", "frontend", "f", FRONTEND).succeeds();

    assertThat(sluice("rm", "server", "b/s").succeeds().err())
        .contains("frontends/f: this change removes the last server that it sends to");
  }

  @Test
  void drainTakesTheLastServerOnlyWhenToldToAndItsUndoLeavesTheTreeAsItWas() {
    String server = "{'URL':'http://127.0.0.1:1','Weight':3}";
    sluice("upsert", "backend", "b", BACKEND).succeeds();
    sluice("upsert", "server", "b/s", server).succeeds();
    sluice("upsert", "server", "b/other", "{'URL':'http://127.0.0.1:2'}").succeeds();
    sluice("upsert", "frontend", "f", FRONTEND).succeeds();

    sluice("drain", "server", "b/other").succeeds();
    Sluice refused = sluice("drain", "server", "b/s");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .contains("error: frontends/f: this change removes the last server", "--force");
    assertThat(etcd.get("/vulcand/backends/b/servers/s")).doesNotContain("draining");

    sluice("drain", "server", "b/s", "--force").succeeds();
    assertThat(etcd.get("/vulcand/backends/b/servers/s")).contains("draining");
    sluice("drain", "server", "b/s", "--undo").succeeds();
    assertThat(etcd.get("/vulcand/backends/b/servers/s").strip())
        .isEqualTo(server.replace('\'', '"'));
  }

  @Test
  void frontendsThatNeverGetARequestAreWarnedOf() throws IOException {
    file(
        "listeners/l",
        "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + FreePort.next() + "'}}");
    file("backends/b/backend", BACKEND);
    file("frontends/a/frontend", FRONTEND);
    file("frontends/b/frontend", FRONTEND);
    file(
        "frontends/wide/frontend",
        "{'Type':'http','BackendId':'b','Priority':1,'Route':'Method(`POST`)'}");
    file(
        "frontends/narrow/frontend",
        "{'Type':'http','BackendId':'b','Route':'Method(`POST`) && Path(`/p`)'}");
    file(
        "frontends/never/frontend",
        "{'Type':'http','BackendId':'b','Route':'Host(`a`) && Host(`b`)'}");

    assertThat(Sluice.run("validate", folder.toString()).succeeds().out())
        .contains(
            "frontends/b/frontend Route: it never matches, because frontend a takes the same",
            "frontends/narrow/frontend Route: it never matches, because frontend wide takes",
            "frontends/never/frontend Route: found Host(`a`) && Host(`b`), expected a route that",
            "0 errors, 3 warnings");
  }

  @Test
  void drainOfAServerWaitsForWhatIsUnderWayThere() throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    try (Origin slow =
        Origin.scripted(
            wire -> {
              wire.message();
              go.join();
              wire.send(Origin.response("finished"));
            })) {
      int port = one.listener("l");
      one.backend("b", slow).frontend("f", "b", "Path(`/a`)");
      one.awaitRoute("f", "b", slow);
      Awaitility.await()
          .ignoreExceptions()
          .until(
              () -> {
                Wire.connect(port).close();
                return true;
              });
      try (Wire client = Wire.connect(port)) {
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        Awaitility.await().until(() -> slow.connections() > 0);

        Sluice waiting = sluice("drain", "server", "b/s0", "--timeout", "1", "--force");
        assertThat(waiting.status()).isEqualTo(1);
        assertThat(waiting.err()).contains("has 1 exchanges under way there");

        go.complete(null);
        assertThat(client.message().body()).isEqualTo("finished");
        sluice("drain", "server", "b/s0", "--force").succeeds();
        assertThat(TestGateway.get(port, "/a").statusCode()).isEqualTo(503);
        sluice("drain", "server", "b/s0", "--undo").succeeds();
        assertThat(one.gateway().status().table().backend("b").wanted()).hasSize(1);
      }
    }
  }

  @Test
  void aGatewayThatIsDrainedSaysSoUntilItIsTakenBack() {
    sluice("drain", "gateway", "two").succeeds();

    assertThat(two.admin("/readyz").statusCode()).isEqualTo(503);
    assertThat(one.admin("/readyz").statusCode()).isEqualTo(200);
    assertThat(sluice("status", "--output", "json").out()).contains("\"draining\"");

    sluice("drain", "gateway", "two", "--undo").succeeds();
    Awaitility.await().until(() -> two.admin("/readyz").statusCode() == 200);
  }

  @Test
  void aGatewayThatStopsLeavesTheFleetAtOnce() {
    TestGateway three = TestGateway.onEtcd("three", etcd, null);
    Awaitility.await().until(() -> sluice("status").out().contains("three"));

    three.close();

    assertThat(sluice("status").out()).doesNotContain("three");
  }

  @Test
  void aStoreThatIsAwayIsSaidInOneLine() {
    Sluice away = Sluice.run("status", "--etcd", "http://127.0.0.1:" + FreePort.next());

    assertThat(away.status()).isEqualTo(1);
    assertThat(away.err().lines()).hasSize(1);
    assertThat(away.err()).startsWith("sluice: ");
  }

  @Test
  void shellsLearnTheCommands() {
    assertThat(Sluice.run("completion").succeeds().out())
        .contains("apply", "upsert", "complete -F");
  }

  @Test
  void shellsCompleteTheIdsThatTheStoreHas() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path program = bin.resolve("sluice");
    Files.writeString(
        program,
        "#!/bin/sh\n[ \"$*\" = \"get backend -o name\" ] && printf 'web\\nweb-old\\nshop\\n'\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    String script =
        Sluice.run("completion").succeeds().out()
            + "\nfor line in 'get backend w' 'servers s' 'get backend x' 'get backend --out'; do"
            + "\n  COMP_WORDS=(sluice $line) COMP_CWORD=$(wc -w <<<$line) COMPREPLY=()"
            + "\n  _sluice_ids 2>/dev/null; echo \"$line: ${COMPREPLY[*]}\""
            + "\ndone\n";
    // Longer than an argument may be.
    Path file = Files.writeString(folder.resolve("completion"), script);
    ProcessBuilder shell = new ProcessBuilder("bash", file.toString()).redirectErrorStream(true);
    shell.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
    String said = new String(shell.start().getInputStream().readAllBytes(), UTF_8);

    assertThat(said).contains("get backend w: web web-old\n", "servers s: shop\n");
    assertThat(said).contains("get backend x: \n", "get backend --out: --output");
  }

  @Test
  void describeShowsAnObjectWithAllThatBelongsToIt() throws IOException {
    sluice("upsert", "backend", "b", BACKEND).succeeds();
    sluice("upsert", "frontend", "f", FRONTEND, "-m", "the first").succeeds();
    sluice("upsert", "server", "b/s", "{\"URL\":\"http://127.0.0.1:1\"}").succeeds();

    String frontend = sluice("describe", "frontend", "f").succeeds().out();
    assertThat(frontend).contains("Path(`/a`)", "backend b", "http://127.0.0.1:1", "the first");
    JsonNode backend =
        new JsonMapper().readTree(sluice("describe", "be", "b", "-o", "json").succeeds().out());
    assertThat(backend.path("related")).hasSize(1);
    assertThat(backend.path("related").get(0).asText()).isEqualTo("frontend f");
    assertThat(backend.path("servers").get(0).path("server").asText()).isEqualTo("s");
    assertThat(backend.path("record").path("Type").asText()).isEqualTo("http");

    Sluice none = sluice("describe", "frontend", "g");
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.err()).contains("found no frontend \"g\"");
  }

  private Sluice sluice(String... arguments) {
    return Sluice.run(etcd, arguments);
  }

  private void file(String key, String json) throws IOException {
    Path file = folder.resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json.replace('\'', '"'));
  }

  private EtcdSettings settings() {
    return TestGateway.inClear(etcd);
  }
}
