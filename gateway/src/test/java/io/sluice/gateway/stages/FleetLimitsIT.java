package io.sluice.gateway.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.testbed.Origin;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.gateway.testbed.Wire;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Redis;
import io.sluice.testkit.TestFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that two gateways keep together, through a real Redis that comes and goes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FleetLimitsIT {
  private static final int TRIES = 5;

  private final CountDownLatch released = new CountDownLatch(1);
  private final Redis redis = Redis.start();
  private final Origin origin = Origin.echoing();
  private final Origin slow =
      Origin.scripted(
          wire -> {
            while (wire.message() != null) {
              try {
                released.await();
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
              wire.send(Origin.response("late"));
            }
          });
  private final int[] ports = {FreePort.next(), FreePort.next()};
  private Path folder;
  private Gateway one;
  private Gateway two;

  @BeforeAll
  void start() throws Exception {
    folder = TestFolder.make("fleet-limits");
    // One tree with the listeners of both: each binds its own.
    for (int i = 0; i < 2; i++) {
      put(
          "listeners/l" + i,
          "{'Protocol':'http','Address':{'Address':'127.0.0.1:"
              + ports[i]
              + "'},'Gateways':['g"
              + i
              + "']}");
    }
    put("backends/b/backend", "{'Type':'http'}");
    put("backends/b/servers/s", "{'URL':'" + origin.url() + "'}");
    put("backends/slow/backend", "{'Type':'http'}");
    put("backends/slow/servers/s", "{'URL':'" + slow.url() + "'}");
    for (int i = 0; i < TRIES; i++) {
      limit("hour" + i, "b", "ratelimit", rate(3_600, 40));
    }
    limit("away", "b", "ratelimit", rate(3_600, 20));
    limit("held", "b", "ratelimit", rate(3_600, 20));
    limit("alone", "b", "ratelimit", rate(3_600, 1_000_000));
    limit(
        "places", "slow", "connlimit", "{'Connections':3,'Variable':'request.host','Fleet':true}");
    one = gateway(0);
    two = gateway(1);
    bothCount();
  }

  private static String rate(int seconds, int requests) {
    return "{'PeriodSeconds':"
        + seconds
        + ",'Requests':"
        + requests
        + ",'Variable':'request.host','Fleet':true}";
  }

  private void limit(String name, String backend, String type, String settings) {
    put(
        "frontends/" + name + "/frontend",
        "{'Type':'http','BackendId':'" + backend + "','Route':'Path(`/" + name + "`)'}");
    put(
        "frontends/" + name + "/middlewares/m",
        "{'Type':'" + type + "','Middleware':" + settings + "}");
  }

  private void put(String key, String json) {
    try {
      Path file = folder.resolve(key + ".json");
      Files.createDirectories(file.getParent());
      Files.writeString(file, json.replace('\'', '"'));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Gateway gateway(int number) throws Exception {
    return Gateway.start(
        GatewaySettings.of("g" + number, null, folder)
            .threads(2)
            .redis(new GatewaySettings.Redis(redis.url(), "/vulcand"))
            .build());
  }

  /** Both are asked, and both have heard of each other. */
  private void bothCount() {
    Awaitility.await()
        .until(
            () ->
                metric(one, "sluice_redis_connected") == 1
                    && metric(two, "sluice_redis_connected") == 1
                    && metric(one, "sluice_redis_gateways") == 2
                    && metric(two, "sluice_redis_gateways") == 2);
    for (int port : ports) {
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> TestGateway.get(port, "/alone").statusCode() == 200);
    }
  }

  private static double count(Gateway gateway, String start) {
    return TestGateway.get(gateway.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static double metric(Gateway gateway, String name) {
    return count(gateway, name + " ");
  }

  @AfterAll
  void stop() throws Exception {
    released.countDown();
    one.stop();
    two.stop();
    redis.close();
    origin.close();
    slow.close();
    TestFolder.remove(folder);
  }

  /** How many of so many requests to each gateway are answered by the server. */
  private int passed(String path, int each) {
    int passed = 0;
    for (int i = 0; i < each; i++) {
      for (int port : ports) {
        passed += TestGateway.get(port, path).statusCode() == 200 ? 1 : 0;
      }
    }
    return passed;
  }

  @Test
  void twoGatewaysKeepOneQuota() {
    String path = "";
    double unanswered = 1;
    for (int i = 0; i < TRIES && unanswered > 0; i++) {
      bothCount();
      path = "/hour" + i;
      int passed = passed(path, 40);
      String failed =
          "sluice_stage_side_requests_total{frontend=\"hour" + i + "\",outcome=\"failed\"";
      unanswered = count(one, failed) + count(two, failed);
      // A machine that stands still for a quarter of a second has each gateway allow its part.
      if (unanswered == 0) {
        assertThat(passed).isEqualTo(40);
      }
    }
    assertThat(unanswered).isZero();

    HttpResponse<String> refused = TestGateway.get(ports[0], path);
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("RateLimit-Policy")).contains("\"m\";q=40;w=3600");
    assertThat(refused.headers().firstValue("RateLimit").orElseThrow()).startsWith("\"m\";r=0;t=");
    assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 90);
  }

  @Test
  void whileRedisIsAwayEachAllowsItsPartAndSaysSo() {
    redis.kill();
    try {
      Awaitility.await().until(() -> metric(one, "sluice_redis_connected") == 0);
      // The control thread looks once a second, and may have looked a moment before.
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(problems(one))
                      .singleElement()
                      .satisfies(
                          problem -> {
                            assertThat(problem.level()).isEqualTo(Problem.Level.WARNING);
                            assertThat(problem.found())
                                .contains(" limits with Fleet", "no answer from Redis");
                            assertThat(problem.toString()).doesNotContain("of-tests");
                          }));

      assertThat(passed("/away", 20)).isEqualTo(20);
    } finally {
      redis.resume();
      bothCount();
    }
    Awaitility.await().until(() -> problems(one).isEmpty());
  }

  private static List<Problem> problems(Gateway gateway) {
    return gateway.status().problems().stream()
        .filter(problem -> problem.where().equals("--redis"))
        .toList();
  }

  @Test
  void aRedisThatIsSilentHoldsUpNoRequestForLong() {
    redis.hold();
    try {
      for (int i = 0; i < 20; i++) {
        int status = TestGateway.get(ports[0], "/held").statusCode();
        assertThat(status).isIn(200, 429);
      }
    } finally {
      redis.wake();
    }
    bothCount();
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis://:pa/ss@127.0.0.1:1", "redis://:pa/ss^@h", "pa/ss", "redis://"})
  void aPasswordIsNotShownWhateverIsWrongWithItsUrl(String url) {
    Sluice refused = Sluice.run("serve", "--routes", folder.toString(), "--redis", url);

    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("--redis: found no URL").doesNotContain("pa/ss");
  }

  @Test
  void placesAreThoseOfAllGatewaysAndThoseOfOneThatLeavesAreFree() throws Exception {
    List<Wire> later = new ArrayList<>();
    List<Wire> open =
        List.of(Wire.connect(ports[0]), Wire.connect(ports[0]), Wire.connect(ports[1]));
    for (Wire wire : open) {
      wire.send("GET /places HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    }
    Awaitility.await().until(() -> slow.connections() == 3);
    for (int port : ports) {
      assertThat(TestGateway.get(port, "/places").statusCode()).isEqualTo(429);
    }
    open.getFirst().close();
    // Its place is free as soon as the gateway has seen it go; whoever comes too early is refused.
    Awaitility.await()
        .until(
            () -> {
              Wire wire = Wire.connect(ports[1]);
              wire.send("GET /places HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
              later.add(wire);
              return slow.accepted() > 3;
            });
    later.forEach(Wire::close);
    open.forEach(Wire::close);
  }
}
