package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file under {@code config} is what its schema says, and the gateway reads it without a word.
 */
class ShippedConfigTest {
  private static final Path ROUTES = Top.path("config", "routes");
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Path> routeFiles() throws IOException {
    try (Stream<Path> files = Files.walk(ROUTES)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("routeFiles")
  void everyFileIsWhatItsSchemaSays(Path file) throws IOException {
    String key = ROUTES.relativize(file).toString().replace(".json", "");

    assertThat(schema(schemaFor(key)).validate(JSON.readTree(Files.readString(file)))).isEmpty();
  }

  @Test
  void theRoutesAreReadWithoutAProblem() throws IOException {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    for (Path file : routeFiles()) {
      tree.put(ROUTES.relativize(file).toString().replace(".json", ""), Files.readAllBytes(file));
    }

    Config config = new ConfigReader().read(tree.done());

    assertThat(config.problems()).isEmpty();
    assertThat(config.listeners()).containsOnlyKeys("public", "private");
    assertThat(config.frontends()).containsOnlyKeys("gtin", "gtin-private");
  }

  /** Everything that the records of this version know is in the schemas. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "listeners/l ;"
            + " {'Protocol':'https','Address':{'Address':'127.0.0.1:1'},'ProxyProtocol':'PROXY_V2','Gateways':['eu-*','a'],'Settings':{"
            + "'TLS':{'MinVersion':'VersionTLS13','ClientAuth':'none','SessionTicketsDisabled':true},'TrustedProxies':['10.0.0.0/8'],"
            + "'Forwarded':true,'EncodedSlashes':'reject','Timeouts':{'Idle':'1s','Head':'1s','Body':'1s','Write':'1s','StreamIdle':'1s'},"
            + "'Limits':{'MaxConnections':1,'MaxConnectionsPerAddress':1,'MaxHeadBytes':2048,'MaxHeaders':5,'MaxBodyBytes':1,'MinBodyRate':1},"
            + "'HTTP2':{'MaxConcurrentStreams':5}}}",
        "backends/b/backend ;"
            + " {'Type':'http','Settings':{'Protocol':'h2c','KeepAlive':{'Period':'1s','MaxAge':'1h','MaxIdleConnsPerHost':1},'Timeouts':{'Dial':'1s','Read':'1s','TLSHandshake':'1s',"
            + "'StreamIdle':'1s','TunnelIdle':'1s','TunnelDrain':'1s'},'TLS':{'InsecureSkipVerify':true,'ServerName':'x'},"
            + "'LoadBalancing':{'Policy':'peak-ewma','HashOn':'request.header.X','BoundedLoad':150,'PanicPercent':50},"
            + "'HealthCheck':{'Type':'grpc','Path':'/','Host':'h','Service':'s','Interval':'1s','Timeout':'1s','Healthy':1,'Unhealthy':1},"
            + "'OutlierDetection':{'ConsecutiveFailures':1,'Ejection':'1s','MaxEjectedPercent':1},'SlowStart':'1s',"
            + "'Limits':{'MaxRequests':1,'MaxQueue':1,'QueueTimeout':'1s','RetryPercent':1},'Sticky':{'Cookie':'c','Path':'/','Secure':true}}}",
        "frontends/f/frontend ;"
            + " {'Type':'http','BackendId':'b','Route':'Path(`/`)','Settings':{'FailoverPredicate':'Attempts()"
            + " < 2',"
            + "'Timeouts':{'Request':'1s'},'Retry':{'MaxAttempts':2},'Limits':{'MaxMemBodyBytes':1}}}",
        "frontends/f/frontend ;"
            + " {'Type':'http','Route':'Path(`/`)','SplitOn':'request.cookie.who','Split':[{'BackendId':'b','Weight':9},{'BackendId':'c','Weight':0,'Testers':'Header(`X`,"
            + " `y`)'}]}",
        "backends/b/servers/s ; {'URL':'https://h'}",
        "hosts/h/host ;"
            + " {'Settings':{'Default':true,'KeyPair':{'Cert':'x','Key':'y'},'OCSP':{'Enabled':true,'Period':'1h',"
            + "'Responders':['http://ocsp.example/'],'SkipSignatureCheck':false}}}",
      })
  void schemasAndReaderKnowTheSame(String key, String json) throws IOException {
    String text = json.replace('\'', '"');
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put(key, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(schema(schemaFor(key)).validate(JSON.readTree(text))).isEmpty();
    assertThat(new ConfigReader().read(tree.done()).problems()).isEmpty();
  }

  /** Each stage has a section with examples, and each example can be used as it stands. */
  @ParameterizedTest
  @EnumSource(StageType.class)
  void stagesHaveExamplesThatSchemaAndReaderTake(StageType type) throws IOException {
    String page = Files.readString(Top.path("gateway", "docs", "stages.md"));
    int start = page.indexOf("\n## `" + type.written() + "`\n");
    assertThat(start).isPositive();
    int end = page.indexOf("\n## ", start + 1);
    String section = page.substring(start, end < 0 ? page.length() : end);
    Matcher example = Pattern.compile("(?s)```json\n(.*?)\n```").matcher(section);
    List<String> examples = new ArrayList<>();
    while (example.find()) {
      examples.add(example.group(1));
    }
    assertThat(examples).isNotEmpty();
    for (String text : examples) {
      assertThat(JSON.readTree(text).path("Type").textValue()).isEqualTo(type.written());
      assertThat(schema("middleware").validate(JSON.readTree(text))).isEmpty();
      KeyTree.Editor tree = KeyTree.EMPTY.edit();
      tree.put("frontends/f/middlewares/m", text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(new ConfigReader().read(tree.done()).problems()).isEmpty();
    }
  }

  /**
   * The schemas are for editors and the reader for gateways; where the one says no, so does the
   * other.
   */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "listeners/l ; {'Protocol':'http'}",
        "listeners/l ; {'Protocol':'http','Address':{'Address':'nowhere'}}",
        "frontends/f/frontend ; {'Type':'http','BackendId':'b'}",
        "frontends/f/frontend ; {'Type':'http','Route':'Path(`/`)'}",
        "frontends/f/frontend ;"
            + " {'Type':'http','BackendId':'b','Split':[{'BackendId':'c'}],'Route':'Path(`/`)'}",
        "frontends/f/frontend ; {'Type':'http','BackendId':'b','Route':'Path(`/`)','SplitOn':'x'}",
        "backends/b/backend ; {'Type':'tcp'}",
        "backends/b/backend ; {'Type':'http','Settings':{'Timeouts':{'Read':'soon'}}}",
        "backends/b/backend ; {'Type':'http','Settings':{'Protocol':'gopher'}}",
        "backends/b/backend ; {'Type':'http','Settings':{'LoadBalancing':{'Policy':'best'}}}",
        "backends/b/backend ; {'Type':'http','Settings':{'HealthCheck':{'Interval':'soon'}}}",
        "backends/b/backend ; {'Type':'http','Settings':{'Sticky':{}}}",
        "backends/b/backend ; {'Type':'http','Settings':{'Limits':{'MaxRequests':-1}}}",
        "listeners/l ;"
            + " {'Protocol':'http','Address':{'Address':'127.0.0.1:1'},'Gateways':['a b']}",
        "listeners/l ; {'Protocol':'gopher','Address':{'Address':'127.0.0.1:1'}}",
        "listeners/l ;"
            + " {'Protocol':'http','Address':{'Address':'127.0.0.1:1'},'Settings':{'Limits':{'MaxHeaders':0}}}",
        "hosts/h/host ; {'Settings':{'KeyPair':{'Cert':''}}}",
        "hosts/h/host ; {'Settings':{'OCSP':{'Enabled':true,'Responders':['ftp://ocsp.example']}}}",
        "backends/b/servers/s ; {'URL':'ftp://h'}",
        "frontends/f/middlewares/m ; {'Type':'ratelimit','Middleware':{'Variable':'client.ip'}}",
        "frontends/f/middlewares/m ; {'Type':'nonsense','Middleware':{}}",
        "frontends/f/middlewares/m ; {'Type':'redirect','Middleware':{}}",
        "frontends/f/middlewares/m ; {'Type':'ipaccess','Middleware':{}}",
        "frontends/f/middlewares/m ; {'Type':'ipaccess','Middleware':{'Alow':['10.0.0.0/8']}}",
        "frontends/f/middlewares/m ; {'Type':'apikey','Middleware':{}}",
        "frontends/f/middlewares/m ; {'Type':'clientcert','Middleware':{}}",
        "frontends/f/middlewares/m ; {'Type':'basicauth','Middleware':{'Users':{'a':'plain'}}}",
        "frontends/f/middlewares/m ;"
            + " {'Type':'connlimit','Middleware':{'Variable':'client.port','Connections':1}}",
      })
  void schemasAndReaderRefuseTheSame(String key, String json) throws IOException {
    String text = json.replace('\'', '"');
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put(key, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(schema(schemaFor(key)).validate(JSON.readTree(text))).isNotEmpty();
    assertThat(new ConfigReader().read(tree.done()).problems()).isNotEmpty();
  }

  private static String schemaFor(String key) {
    return switch (Key.parse(key)) {
      case Key.OfListener ignored -> "listener";
      case Key.OfHost ignored -> "host";
      case Key.OfFrontend ignored -> "frontend";
      case Key.OfMiddleware ignored -> "middleware";
      case Key.OfBackend ignored -> "backend";
      case Key.OfServer ignored -> "server";
      default -> throw new AssertionError(key + " has no schema");
    };
  }

  private static Schema schema(String name) {
    try {
      JsonNode schema =
          JSON.readTree(Files.readString(Top.path("config", "schema", name + ".json")));
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(schema);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
