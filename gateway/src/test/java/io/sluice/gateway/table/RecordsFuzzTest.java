package io.sluice.gateway.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.middleware.Sources;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoints;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a record is, it is read and compiled, or its Problem says what was expected; none is a
 * fault of ours, and the others stay as they are. {@code deploy/fuzz} looks for more.
 */
class RecordsFuzzTest {
  private static final int MOST = 8_192;

  private static final List<String> KEYS =
      List.of(
          "listeners/l",
          "frontends/f/frontend",
          "frontends/f/middlewares/m",
          "backends/b/backend",
          "backends/b/servers/s",
          "hosts/h.example/host");

  /** A byte that chooses the key, then the value. */
  static Stream<byte[]> someRecords() {
    return Stream.concat(
        shipped(),
        Stream.of(
                "0{'Protocol':'https','Address':{'Address':'127.0.0.1:1'},'Scope':'Host(`a`)','Settings':{'TLS':{'MinVersion':'VersionTLS13','CipherSuites':['x']},'TrustedProxies':['10.0.0.0/8'],'Timeouts':{'Head':'5s'}}}",
                "1{'Type':'http','BackendId':'b','Route':'PathRegexp(`^/a`)','Settings':{'FailoverPredicate':'IsNetworkError()"
                    + " && Attempts() < 3','Limits':{'MaxBodyBytes':1},'Hostname':'h'}}",
                "2{'Type':'ratelimit','Priority':1,'Middleware':{'Requests':1,'PeriodSeconds':1,'Burst':3,'Variable':'request.header.X'}}",
                "2{'Type':'rewrite','Middleware':{'Regexp':'^/(.*)$','Replacement':'/$1','RewriteBody':false,'Redirect':false}}",
                "3{'Type':'http','Settings':{'Timeouts':{'Read':'1s','Dial':'1m30s'},'KeepAlive':{'Period':'4s','MaxIdleConnsPerHost':3}}}",
                "4{'URL':'http://host.example:5000','Weight':2,'State':'draining'}",
                "5{'Name':'h.example','Settings':{'KeyPair':{'Cert':'YQ==','Key':'YQ=='},'OCSP':{'Enabled':true,'Period':'1h'}}}")
            .map(text -> text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
  }

  private static Stream<byte[]> shipped() {
    try (Stream<java.nio.file.Path> files = Files.walk(Top.path("config", "routes"))) {
      return files
          .filter(Files::isRegularFile)
          .map(
              file -> {
                String name = file.toString();
                int key =
                    name.contains("middlewares")
                        ? 2
                        : name.contains("frontends") ? 1 : name.contains("backends") ? 3 : 0;
                try {
                  return (key + Files.readString(file)).getBytes(StandardCharsets.UTF_8);
                } catch (IOException failed) {
                  throw new UncheckedIOException(failed);
                }
              })
          .toList()
          .stream();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @MethodSource("someRecords")
  @FuzzTest(maxDuration = "30s")
  void records(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MOST) {
      return;
    }
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    put(
        tree,
        "listeners/good",
        "{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:9\"}}");
    put(tree, "backends/good/backend", "{\"Type\":\"http\"}");
    put(
        tree,
        "frontends/good/frontend",
        "{\"Type\":\"http\",\"BackendId\":\"good\",\"Route\":\"Path(`/good`)\"}");
    ConfigReader reader = new ConfigReader();
    TableCompiler compiler =
        new TableCompiler(
            new Endpoints(List.of()),
            new Telemetry(),
            new Sources(new SharedBudget(0)),
            System::nanoTime);
    RoutingTable before = compiler.compile(reader.read(tree.done()), RoutingTable.EMPTY);
    String key = KEYS.get((bytes[0] & 0xff) % KEYS.size());
    tree.put(key, Arrays.copyOfRange(bytes, 1, bytes.length));

    Config config = reader.read(tree.done());
    RoutingTable after = compiler.compile(config, before);

    assertThat(after.frontends().get("good")).isSameAs(before.frontends().get("good"));
    for (Problem problem : after.problems()) {
      assertThat(problem.toString())
          .hasSizeLessThan(10_000)
          .doesNotContain("\n", "\r")
          .doesNotContain("something that made ");
    }
  }

  private static void put(KeyTree.Editor tree, String key, String value) {
    tree.put(key, value.getBytes(StandardCharsets.UTF_8));
  }
}
