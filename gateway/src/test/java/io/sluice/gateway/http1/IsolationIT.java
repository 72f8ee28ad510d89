package io.sluice.gateway.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A private frontend is not reachable through the public listener, whatever a client says; and
 * listeners change while traffic flows.
 */
class IsolationIT {
  private static TestGateway gateway;
  private static Origin open;
  private static Origin secret;
  private static int publicPort;
  private static int privatePort;

  @BeforeAll
  static void start() {
    open = Origin.named("open");
    secret = Origin.named("secret");
    gateway = TestGateway.onFolder();
    publicPort = gateway.listener("public");
    privatePort = gateway.listener("private");
    gateway.backend("open", open).backend("secret", secret);
    gateway.put(
        "frontends/open/frontend", frontend("open", "Path(`/v1/items/<code>`)", "'public'"));
    // Everything about the private one is made to win: its priority, its host, its path.
    gateway.put(
        "frontends/secret/frontend",
        frontend("secret", "Host(`secret.internal`) || Path(`/<path:all>`)", "'private'")
            .replace("'Type'", "'Priority':1000,'Type'"));
    gateway
        .awaitServing(publicPort, privatePort)
        .awaitStatus(publicPort, "/v1/items/1", 200)
        .awaitStatus(privatePort, "/x", 200);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    open.close();
    secret.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /admin HTTP/1.1~Host: secret.internal~~",
        "GET /admin HTTP/1.1~Host: SECRET.internal.~~",
        "GET /admin HTTP/1.1~Host: secret.internal:PRIVATE~~",
        "GET http://secret.internal/admin HTTP/1.1~Host: secret.internal~~",
        "GET http://secret.internal/admin HTTP/1.1~Host: public~~",
        "GET /v1/items/../../admin HTTP/1.1~Host: a~~",
        "GET /v1/items/..%2fadmin HTTP/1.1~Host: a~~",
        "GET /v1/items/%2e%2e/admin HTTP/1.1~Host: a~~",
        "GET //admin HTTP/1.1~Host: a~~",
        "GET /./admin HTTP/1.1~Host: a~~",
        "GET /v1/items/1/../../../admin HTTP/1.1~Host: a~~",
        "GET /v1/items/1;/../admin HTTP/1.1~Host: a~~",
        "GET /%61dmin HTTP/1.1~Host: a~~",
        "GET /admin HTTP/1.1~Host: a~X-Forwarded-Host: secret.internal~X-Forwarded-Port: PRIVATE~~",
        "GET /admin HTTP/1.1~Host: a~Forwarded: host=secret.internal~X-Original-URL:"
            + " /admin~X-Rewrite-URL: /admin~~",
        "GET /admin HTTP/1.1~Host: a~Host: secret.internal~~",
        "GET /admin HTTP/1.1~Host: secret.internal~Connection: Host~~",
        "GET /admin HTTP/1.0~~",
        "POST /v1/items/1 HTTP/1.1~Host: a~Content-Length: 50~Transfer-Encoding: chunked~~0~~GET"
            + " /admin HTTP/1.1~Host: secret.internal~~",
      })
  void aPrivateFrontendIsNotReachableThroughThePublicListener(String request) {
    try (Wire client = Wire.connect(publicPort)) {
      client.send(request.replace("PRIVATE", Integer.toString(privatePort)).replace("~", "\r\n"));

      Wire.Message answer = client.message();

      assertThat(answer.body()).doesNotContain("secret GET").doesNotContain("secret POST");
      assertThat(answer.status() >= 400 || answer.body().startsWith("open ")).isTrue();
    }
  }

  @Test
  void aListenerThatGoesFinishesWhatItHasAndItsClientsAreTold() {
    try (Origin origin = Origin.named("brief")) {
      int port = gateway.listener("brief");
      gateway
          .backend("brief", origin)
          .put("frontends/brief/frontend", frontend("brief", "Path(`/brief`)", "'brief'"))
          .awaitStatus(port, "/brief", 200);
      try (Wire idle = Wire.connect(port)) {
        idle.send("GET /brief HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(idle.message().closes()).isFalse();

        gateway.remove("listeners/brief");

        assertThat(idle.ends()).isTrue();
      }
      Awaitility.await().until(() -> !FreePort.isTaken(port));
      assertThat(TestGateway.get(publicPort, "/v1/items/1").body()).startsWith("open");
      gateway.remove("frontends/brief/frontend");
    }
  }

  @Test
  void aListenerMovesToAnotherAddressAndChangesItsScopeWhileConnected() {
    int before = gateway.listener("moving");
    gateway
        .put("frontends/moving/frontend", frontend("open", "Path(`/<path:all>`)", "'moving'"))
        .awaitStatus(before, "/m", 200);
    try (Wire client = Wire.connect(before)) {
      client.send("GET /m HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.message().status()).isEqualTo(200);
      gateway.put(
          "listeners/moving",
          "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
              + before
              + "'},'Scope':'Path(`/scoped`)'}");
      Awaitility.await()
          .until(
              () -> {
                client.send("GET /m HTTP/1.1\r\nHost: a\r\n\r\n");
                return client.message().status() == 404;
              });

      int after = gateway.listener("moving");
      gateway.awaitStatus(after, "/m", 200);
      Awaitility.await().until(() -> !FreePort.isTaken(before));
    }
    gateway.remove("frontends/moving/frontend").remove("listeners/moving");
  }

  @Test
  void aListenerThatCannotMoveIsStillServedWhereItWas() {
    int before = gateway.listener("stuck");
    gateway
        .put("frontends/stuck/frontend", frontend("open", "Path(`/<path:all>`)", "'stuck'"))
        .awaitStatus(before, "/s", 200);

    gateway.put("listeners/stuck", "{'Protocol':'http','Address':{'Address':'203.0.113.9:80'}}");

    Awaitility.await()
        .until(
            () ->
                gateway.problems().stream()
                    .anyMatch(problem -> problem.where().equals("listeners/stuck Address")));
    assertThat(TestGateway.get(before, "/s").statusCode()).isEqualTo(200);
    gateway.remove("frontends/stuck/frontend").remove("listeners/stuck");
    Awaitility.await().until(() -> !FreePort.isTaken(before) && gateway.problems().isEmpty());
  }

  @Test
  void anAddressThatCannotBeBoundIsAProblemUntilItCan() throws Exception {
    try (java.net.ServerSocket taken =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      gateway.put(
          "listeners/taken",
          "{'Protocol':'http','Address':{'Address':'127.0.0.1:" + taken.getLocalPort() + "'}}");
      Awaitility.await()
          .until(
              () ->
                  gateway.problems().stream()
                      .anyMatch(problem -> problem.where().equals("listeners/taken Address")));
      assertThat(TestGateway.get(publicPort, "/v1/items/1").statusCode()).isEqualTo(200);
    }
    Awaitility.await().until(() -> gateway.problems().isEmpty());
    gateway.remove("listeners/taken");
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
}
