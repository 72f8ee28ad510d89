package io.sluice.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a record is short, on one line, and holds no secret. */
class ProblemTest {
  private static final String SECRET = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";

  @Test
  void everyTextOfARecordHasABoundedLengthAndOneLine() {
    String long1 = "x\r\n2026-01-01T00:00:00.000Z INFO forged\u2028".repeat(10_000);

    Problem problem = Problem.error(long1, long1, long1);

    assertThat(problem.toString().length()).isLessThan(700);
    assertThat(problem.toString()).doesNotContain("\r", "\n", "\u2028");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "hosts/a/host|SECRET",
        "hosts/a/host|'SECRET'",
        "hosts/a/host|['SECRET']",
        "hosts/a/host|{'Settings':{'KeyPair':{'Cert':'x','Key':['SECRET']}}}",
        "hosts/a/host|{'Settings':{'KeyPair':{'Cert':'x','Key':{'SECRET':1}}}}",
        "hosts/a/host|{'Settings':{'KeyPair':['SECRET']}}",
        "hosts/a/host|{'Settings':{'KeyPair':'SECRET'}}",
        "hosts/a/host|{'Settings':'SECRET'}",
        "hosts/a/host|{'Settings':{'KeyPair':{'Cert':'x','Key':'SECRET}}}",
        "hosts/a/host|{'SECRET':1,'SECRET':2}",
        "hosts/a/host|{'Settings':{'OCSP':{'Responders':['http://user:SECRET@']}}}",
        "backends/b/backend|{'Type':'http','Settings':{'TLS':{'PrivateKey':['SECRET']}}}",
        "backends/b/backend|{'Type':'http','Settings':{'TLS':'SECRET'}}",
        "backends/b/backend|{'Type':'http','Settings':'SECRET'}",
        "backends/b/backend|{'Type':'http','Settings':{'TLS':{'PrivateKey':SECRET}}}",
        "backends/b/servers/s|{'URL':'http://user:SECRET@h:99999'}",
        "backends/b/servers/s|{'URL':'http://user:SECRET@h:80/x'}",
        "backends/b/servers/s|{'URL':'ftp://user:SECRET@h:80'}",
        "backends/b/servers/s|{'URL':'http://user:SECRET@ h'}",
        "listeners/l|{'Protocol':'https','Address':{'Address':'a:1'},'Settings':{'TLS':['SECRET']}}",
      })
  void noSecretOfARecordIsRepeatedWhateverIsWrongWithIt(String key, String value) {
    String written = value.replace('\'', '"').replace("SECRET", SECRET);
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put(key, written.getBytes(StandardCharsets.UTF_8));

    List<Problem> problems = new ConfigReader().read(tree.done()).problems();

    for (int from = 0; from + 12 <= SECRET.length(); from++) {
      assertThat(problems.toString()).doesNotContain(SECRET.substring(from, from + 12));
    }
    assertThat(Secrets.hidden(key, written)).doesNotContain(SECRET);
  }

  @Test
  void oneRecordMakesFewProblems() {
    String fields =
        IntStream.range(0, 60_000)
            .mapToObj(i -> "\"unknown" + i + "\":1")
            .collect(Collectors.joining(","));
    KeyTree.Editor tree = KeyTree.EMPTY.edit();
    tree.put("backends/b/backend", ("{" + fields + "}").getBytes(StandardCharsets.UTF_8));

    assertThat(new ConfigReader().read(tree.done()).problems()).hasSizeBetween(1, 10);
  }

  @Test
  void whatAGatewaySaysOfItselfFitsIntoAKey() {
    String bad = "\u0001".repeat(300);
    List<Problem> many =
        IntStream.range(0, 50).mapToObj(i -> Problem.error(bad + i, bad, bad)).toList();

    byte[] json = new GatewayStatus("g", 1, 1, "etcd", "h", "a:1", false, 50, many).toJson();

    assertThat(json.length).isLessThan(128 * 1024);
  }
}
