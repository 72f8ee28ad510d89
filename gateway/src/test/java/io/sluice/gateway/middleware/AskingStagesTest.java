package io.sluice.gateway.middleware;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.SharedBudget;
import io.sluice.gateway.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages that ask somebody else: a service, or an address that has keys. */
class AskingStagesTest {
  private static final String ISSUER = "https://login.example";
  private static RSAKey rsa;
  private static ECKey ec;

  private HttpServer server;
  private String url;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile String body = "";
  private volatile int status = 200;
  private volatile boolean stalls;
  private long nanos = 1_000_000_000_000L;
  private final StageContext context =
      new StageContext(new Sources(new SharedBudget(1 << 20)), () -> nanos);

  private final List<Headers> heard = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void keys() throws JOSEException {
    rsa = new RSAKeyGenerator(2_048).keyID("r").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange call) throws IOException {
    heard.add(call.getRequestHeaders());
    asked.add(
        call.getRequestMethod()
            + " "
            + call.getRequestHeaders().getFirst("X-Forwarded-Method")
            + " "
            + call.getRequestHeaders().getFirst("X-Forwarded-Uri")
            + " "
            + call.getRequestHeaders().getFirst("Cookie"));
    call.getResponseHeaders().add("X-User", "ali");
    call.getResponseHeaders().add("X-Secret", "s");
    call.getResponseHeaders().add("WWW-Authenticate", "Custom");
    if (stalls) {
      call.sendResponseHeaders(status, 1_000);
      call.getResponseBody().write('x');
      call.getResponseBody().flush();
      return;
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    call.getResponseBody().write(bytes);
    call.close();
  }

  private Stage stage(String type, String settings) {
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    String record = "{\"Type\":\"" + type + "\",\"Middleware\":" + settings + "}";
    tree.put("frontends/f/middlewares/m", record.getBytes(StandardCharsets.UTF_8));
    var config = new ConfigReader().read(tree.done());
    assertThat(config.problems()).isEmpty();
    return Stages.build(
        config.middlewares().get("f").getFirst(),
        context,
        new Telemetry().frontend("f").stage("m"));
  }

  private static Verdict decided(Verdict verdict) {
    return verdict instanceof Verdict.Wait wait
        ? wait.later().toCompletableFuture().join().get()
        : verdict;
  }

  private static FakeExchange request() {
    return new FakeExchange("POST /a?b HTTP/1.1~Host: h~Cookie: c=1~X-User: root~X_User: root");
  }

  @Test
  void aYesLetsThroughAndTellsTheServerWhatItIsToHear() {
    Stage stage =
        stage("forwardauth", "{\"URL\":\"" + url + "\",\"ResponseHeaders\":[\"X-User\"]}");
    FakeExchange exchange = request();

    assertThat(decided(stage.onRequest(exchange))).isEqualTo(Verdict.PROCEED);

    assertThat(asked).containsExactly("GET POST /a?b c=1");
    assertThat(exchange.sent("X-User")).isEqualTo("ali");
    assertThat(exchange.outgoing.fields().toString()).doesNotContain("root", "X-Secret");
  }

  @Test
  void aNoIsTheServicesOwnAnswerWithoutWhatIsNotForClients() {
    status = 402;
    body = "pay first";
    Stage stage = stage("forwardauth", "{\"URL\":\"" + url + "\"}");

    Verdict.Answer answer = (Verdict.Answer) decided(stage.onRequest(request()));

    assertThat(answer.reason()).isEqualTo(Reason.AUTH_DENIED);
    assertThat(answer.status()).isEqualTo(402);
    assertThat(answer.body()).isEqualTo("pay first");
    assertThat(answer.fields().toString().toLowerCase(java.util.Locale.ROOT))
        .contains("www-authenticate")
        .doesNotContain("x-secret", "x-user");
  }

  @ParameterizedTest
  @ValueSource(ints = {999, 304, 503})
  void anAnswerThatIsNoYesIsNeverOne(int said) {
    status = said;
    Stage stage = stage("forwardauth", "{\"URL\":\"" + url + "\"}");

    assertThat(status(decided(stage.onRequest(request())))).isEqualTo(said == 999 ? 503 : said);
  }

  @Test
  void aServiceThatStopsInTheMiddleOfItsAnswerIsOneThatDoesNotAnswer() {
    status = 401;
    stalls = true;
    Stage stage = stage("forwardauth", "{\"URL\":\"" + url + "\",\"Timeout\":\"300ms\"}");

    assertThat(status(decided(stage.onRequest(request())))).isEqualTo(503);
  }

  /** Else it would answer about another request, or about a part of it. */
  @Test
  void theServiceHearsWhatTheRequestIsAndNothingThatAClientClaimsOfIt() {
    Stage stage = stage("forwardauth", "{\"URL\":\"" + url + "\"}");
    FakeExchange exchange =
        new FakeExchange(
            "PUT /a?b HTTP/1.1~Host: shop.example~Authorization: Bearer t~Accept: text/html"
                + "~If-None-Match: \"1\"~If-Modified-Since: x~Range: bytes=0-1~If-Match: *"
                + "~Content-Length: 5~Expect: 100-continue~Accept-Encoding: br"
                + "~X-Forwarded-Method: GET~X-Forwarded-Uri: /public~X-Forwarded-Host: evil"
                + "~X-Original-URL: http://evil/~X-Original-Method: GET~X-Forwarded-For: 1.2.3.4");

    assertThat(decided(stage.onRequest(exchange))).isInstanceOf(Verdict.Proceed.class);

    Headers said = heard.getLast();
    assertThat(said.get("X-Forwarded-Method")).containsExactly("PUT");
    assertThat(said.get("X-Forwarded-Uri")).containsExactly("/a?b");
    assertThat(said.get("X-Forwarded-Host")).containsExactly("shop.example");
    assertThat(said.get("X-Forwarded-For")).containsExactly("10.0.0.1");
    assertThat(said.get("X-Original-URL")).containsExactly("http://shop.example/a?b");
    assertThat(said.get("X-Original-Method")).containsExactly("PUT");
    assertThat(said.get("Authorization")).containsExactly("Bearer t");
    assertThat(said.get("Accept")).containsExactly("text/html");
    assertThat(said.keySet())
        .doesNotContain(
            "If-none-match", "If-modified-since", "Range", "If-match", "Expect", "Accept-encoding");
  }

  @Test
  void aServiceThatHearsChosenFieldsHearsNoOthers() {
    Stage stage = stage("forwardauth", "{\"URL\":\"" + url + "\",\"RequestHeaders\":[\"cookie\"]}");

    decided(stage.onRequest(new FakeExchange("GET / HTTP/1.1~Host: h~Cookie: c~X-Mine: 1")));

    assertThat(heard.getLast().get("Cookie")).containsExactly("c");
    assertThat(heard.getLast().keySet()).doesNotContain("X-mine");
  }

  /** All are decided, and nobody is let through who would not be. */
  @ParameterizedTest
  @ValueSource(strings = {"basicauth", "jwt"})
  void aFloodOfCredentialsIsRefusedAndOpensNothing(String type) throws JOSEException {
    Stage stage =
        type.equals("jwt")
            ? stage("jwt", "{\"JWKS\":" + new JWKSet(rsa.toPublicJWK()) + "}")
            : stage(
                "basicauth",
                "{\"Users\":{\"ali\":\"$2b$10$abcdefghijklmnopqrstuuK2mFhJHnSbJc2yFkCZ3jJvTqBkCJXyW\"}}");
    List<Verdict> first = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String shown =
          type.equals("jwt")
              ? "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.e30." + "a".repeat(300) + i
              : "Basic "
                  + Base64.getEncoder()
                      .encodeToString(("ali:" + i).getBytes(StandardCharsets.UTF_8));
      first.add(
          stage.onRequest(new FakeExchange("GET / HTTP/1.1~Host: h~Authorization: " + shown)));
    }
    // What would wait behind too many others is told at once; signatures do not take so long.
    assertThat(first).anyMatch(verdict -> type.equals("jwt") || !(verdict instanceof Verdict.Wait));
    for (Verdict verdict : first.subList(0, 20)) {
      assertThat(decided(verdict)).isInstanceOf(Verdict.Refusal.class);
    }
    assertThat(first).noneMatch(verdict -> verdict instanceof Verdict.Proceed);
  }

  /** A user whom nobody knows costs what a known one does: both are hashed by a worker. */
  @Test
  void whetherAUserIsKnownCannotBeToldByWhatIsDone() {
    Stage stage =
        stage(
            "basicauth",
            "{\"Users\":{\"ali\":\"$2b$10$abcdefghijklmnopqrstuuK2mFhJHnSbJc2yFkCZ3jJvTqBkCJXyW\"}}");
    for (String pair : List.of("ali:wrong", "nobody:wrong")) {
      String shown = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      FakeExchange exchange =
          new FakeExchange("GET / HTTP/1.1~Host: h~Authorization: Basic " + shown);
      Verdict verdict = stage.onRequest(exchange);
      assertThat(verdict).isInstanceOf(Verdict.Wait.class);
      assertThat(((Verdict.Refusal) decided(verdict)).status()).isEqualTo(401);
    }
  }

  @Test
  void whoShowsTwoTokensShowsNone() throws JOSEException {
    String good = signed(claims().build(), false);
    FakeExchange exchange =
        new FakeExchange(
            "GET / HTTP/1.1~Host: h~Authorization: Bearer " + good + "~Authorization: Bearer x");

    assertThat(status(decided(jwt(inline()).onRequest(exchange)))).isEqualTo(401);
  }

  @Test
  void nobodyIsLetThroughWhileTheServiceDoesNotAnswer() {
    server.stop(0);
    Stage stage = stage("forwardauth", "{\"URL\":\"" + url + "\",\"Timeout\":\"300ms\"}");

    assertThat(((Verdict.Refusal) decided(stage.onRequest(request()))).status()).isEqualTo(503);
  }

  @Test
  void aYesIsKeptForRequestsThatTheServiceCouldNotTellApart() {
    Stage stage =
        stage(
            "forwardauth",
            "{\"URL\":\"" + url + "\",\"CacheFor\":\"1h\",\"RequestHeaders\":[\"Cookie\"]}");
    decided(stage.onRequest(request()));

    assertThat(stage.onRequest(request())).isEqualTo(Verdict.PROCEED);
    assertThat(asked).hasSize(1);
    FakeExchange other = new FakeExchange("POST /a?b HTTP/1.1~Host: h~Cookie: c=2");
    decided(stage.onRequest(other));
    assertThat(asked).hasSize(2);
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .subject("ali")
        .audience("shop")
        .claim("roles", List.of("a", "b"))
        .expirationTime(Date.from(Instant.now().plusSeconds(600)));
  }

  private static String signed(JWTClaimsSet claims, boolean byEc) throws JOSEException {
    JWSHeader header =
        new JWSHeader.Builder(byEc ? JWSAlgorithm.ES256 : JWSAlgorithm.RS256)
            .keyID(byEc ? "e" : "r")
            .build();
    SignedJWT token = new SignedJWT(header, claims);
    token.sign(byEc ? new ECDSASigner(ec) : new RSASSASigner(rsa));
    return token.serialize();
  }

  private Stage jwt(String keys) {
    return stage(
        "jwt",
        "{"
            + keys
            + ",\"Issuer\":\""
            + ISSUER
            + "\",\"Audience\":[\"shop\"],\"Claims\":{\"X-Sub\":\"sub\",\"X-Roles\":\"roles\"}}");
  }

  private static String inline() {
    return "\"JWKS\":" + new JWKSet(List.of(rsa, ec)).toPublicJWKSet();
  }

  private static FakeExchange showing(String token) {
    return new FakeExchange(
        "GET / HTTP/1.1~Host: h~X-Sub: root~X_Sub: root~Authorization: Bearer " + token);
  }

  private static int status(Verdict verdict) {
    return verdict instanceof Verdict.Refusal refusal ? refusal.status() : 200;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTokenThatAKnownKeyHasSignedOpensAndSaysWhoItIs(boolean byEc) throws JOSEException {
    Stage stage = jwt(inline());
    String token = signed(claims().build(), byEc);
    for (int i = 0; i < 2; i++) {
      FakeExchange exchange = showing(token);
      assertThat(decided(stage.onRequest(exchange))).isEqualTo(Verdict.PROCEED);
      assertThat(exchange.sent("X-Sub")).isEqualTo("ali");
      assertThat(exchange.sent("X-Roles")).isEqualTo("a,b");
      assertThat(exchange.outgoing.fields().toString()).doesNotContain("root");
      assertThat(exchange.user).isEqualTo("ali");
    }
  }

  @Test
  void anEd25519KeySignsToo() throws GeneralSecurityException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    Base64.Encoder text = Base64.getUrlEncoder().withoutPadding();
    String x =
        text.encodeToString(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    String input =
        text.encodeToString("{\"alg\":\"EdDSA\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + text.encodeToString(claims().build().toString().getBytes(StandardCharsets.UTF_8));
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    Stage stage =
        jwt("\"JWKS\":{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + x + "\"}]}");

    assertThat(
            status(
                decided(
                    stage.onRequest(showing(input + "." + text.encodeToString(signature.sign()))))))
        .isEqualTo(200);
  }

  @Test
  void everyOtherTokenIsRefused() throws JOSEException {
    Stage stage = jwt(inline());
    String good = signed(claims().build(), false);
    Instant past = Instant.now().minusSeconds(3_600);
    SignedJWT mac =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("r").build(), claims().build());
    mac.sign(new MACSigner(rsa.toRSAPublicKey().getEncoded()));
    String[] parts = good.split("\\.");
    String none =
        Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + parts[1]
            + ".";
    for (String token :
        List.of(
            "",
            "x",
            none,
            mac.serialize(),
            parts[0] + "." + parts[1] + "." + parts[2].substring(1) + "A",
            signed(claims().issuer("other").build(), false),
            signed(claims().audience("other").build(), true),
            signed(claims().expirationTime(Date.from(past)).build(), false),
            signed(
                claims().notBeforeTime(Date.from(Instant.now().plusSeconds(3_600))).build(),
                true))) {
      FakeExchange exchange = showing(token);
      assertThat(status(decided(stage.onRequest(exchange)))).as(token).isEqualTo(401);
      assertThat(exchange.told.getFirst()).startsWith("WWW-Authenticate: Bearer");
    }
  }

  @Test
  void keysAreFetchedKeptWhileTheirAddressFailsAndLookedForAgainForAnUnknownOne()
      throws JOSEException {
    Stage stage = jwt("\"JWKSURL\":\"" + url + "\"");
    status = 500;
    assertThat(status(decided(stage.onRequest(showing(signed(claims().build(), false))))))
        .isEqualTo(503);
    status = 200;
    body = new JWKSet(rsa).toPublicJWKSet().toString();
    nanos += 6_000_000_000L;
    assertThat(status(decided(stage.onRequest(showing(signed(claims().build(), false))))))
        .isEqualTo(200);
    int before = asked.size();
    assertThat(status(decided(stage.onRequest(showing(signed(claims().build(), true))))))
        .isEqualTo(401);
    assertThat(asked).as("not more often than every five seconds").hasSize(before);

    body = new JWKSet(List.of(rsa, ec)).toPublicJWKSet().toString();
    nanos += 6_000_000_000L;
    assertThat(status(decided(stage.onRequest(showing(signed(claims().build(), true))))))
        .isEqualTo(200);

    status = 500;
    nanos += 3_600_000_000_000L;
    assertThat(status(decided(stage.onRequest(showing(signed(claims().build(), true))))))
        .isEqualTo(200);
    nanos += 86_400_000_000_000L;
    assertThat(status(decided(stage.onRequest(showing(signed(claims().build(), true))))))
        .isEqualTo(503);
  }
}
