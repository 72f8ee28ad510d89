package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewaySettings;
import io.sluice.gateway.config.Host;
import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who reads the store, a backup of it, or its history, knows no private key. */
class SecretIT {
  private static final String NAME = "shop.example";

  @TempDir private Path folder;
  private final Etcd etcd = Etcd.start();
  private final TestCertificate pair = TestCertificate.of(NAME);
  private static final JsonMapper JSON = new JsonMapper();
  private Path seal;
  private Gateway gateway;

  @BeforeEach
  void start() throws Exception {
    seal = folder.resolve("seal");
    sluice("secret", "new-key", seal.toString());
    assertThat(Files.getPosixFilePermissions(seal))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("cert.pem"), pair.certificate());
    Files.writeString(folder.resolve("key.pem"), pair.privateKey());
    gateway = gateway("sealed", seal);
    etcd.put(
        "/vulcand/listeners/l",
        "{\"Protocol\":\"https\",\"Address\":{\"Address\":\"127.0.0.1:" + FreePort.next() + "\"}}");
  }

  @AfterEach
  void stop() throws Exception {
    gateway.stop();
    etcd.close();
  }

  private Gateway gateway(String id, Path sealKeys) throws Exception {
    return Gateway.start(
        GatewaySettings.of(id, TestGateway.inClear(etcd), null).sealKeys(sealKeys).build());
  }

  private Sluice sluice(String... arguments) {
    return arguments.length > 1 && arguments[1].equals("new-key")
        ? Sluice.run(arguments).succeeds()
        : Sluice.run(etcd, arguments);
  }

  private Sluice writeHost() {
    return sluice(
            "upsert",
            "host",
            NAME,
            "--cert",
            folder.resolve("cert.pem").toString(),
            "--key",
            folder.resolve("key.pem").toString(),
            "--seal-key",
            seal.toString())
        .succeeds();
  }

  private String stored() {
    return etcd.get("/vulcand/hosts/" + NAME + "/host");
  }

  /** The longest line of the key, which nobody may read. */
  private String secret() {
    return pair.privateKey().lines().toList().get(1);
  }

  private void awaitServed(Gateway by) {
    Awaitility.await()
        .untilAsserted(
            () -> {
              Host host = by.status().table().config().hosts().get(NAME);
              assertThat(host).isNotNull();
              assertThat(host.privateKey()).isEqualTo(pair.privateKey());
              assertThat(by.status().problems())
                  .noneMatch(problem -> problem.where().startsWith("hosts/"));
            });
  }

  @Test
  void aPairIsSealedWhereItIsWrittenAndServedByWhoHasTheKey() throws Exception {
    writeHost();

    awaitServed(gateway);
    assertThat(etcd.under("/vulcand")).doesNotContain("PRIVATE", secret());
    assertThat(writeHost().err()).contains("nothing to change");
    assertThat(sluice("get", "host", NAME).succeeds().out()).contains("(a sealed secret)");
    assertThat(sluice("history", "--output", "json").succeeds().out()).doesNotContain(secret());

    Gateway without = gateway("without", null);
    try {
      Awaitility.await()
          .until(
              () ->
                  without.status().problems().stream()
                      .anyMatch(each -> each.toString().contains("no --seal-key")));
    } finally {
      without.stop();
    }
    // Whoever writes something else needs no key, and neither who adds a listener.
    sluice("upsert", "backend", "b", "{'Type':'http'}").succeeds();
    String address = "127.0.0.1:" + FreePort.next();
    Sluice more =
        sluice(
            "upsert",
            "listener",
            "more",
            "{'Protocol':'https','Address':{'Address':'" + address + "'}}",
            "--force");
    assertThat(more.succeeds().err()).doesNotContain("error:");
  }

  @Test
  void whatIsInClearIsSealedLaterAndIsInNoRecordOfTheHistory() throws Exception {
    String record =
        "{\"Settings\":{\"KeyPair\":"
            + new JsonMapper()
                .createObjectNode()
                .put("Cert", pair.certificate())
                .put("Key", pair.privateKey())
            + "}}";
    Path file = Files.writeString(folder.resolve("host.json"), record);
    sluice("upsert", "host", NAME, "-f", file.toString()).succeeds();
    assertThat(stored()).contains("PRIVATE");

    sluice("secret", "seal", "--seal-key", seal.toString()).succeeds();

    awaitServed(gateway);
    assertThat(etcd.under("/vulcand"))
        .doesNotContain("PRIVATE", secret(), secret().substring(0, 40));
    assertThat(sluice("undo").err()).contains("had secrets in clear");
    sluice("secret", "unseal", "host", NAME, "--seal-key", seal.toString()).succeeds();
    assertThat(stored()).contains("PRIVATE");
    awaitServed(gateway);
  }

  @Test
  void keysAreExchangedWhileGatewaysServe() throws Exception {
    writeHost();
    awaitServed(gateway);
    String before = stored();
    sluice("secret", "new-key", seal.toString());
    assertThat(Files.readAllLines(seal)).hasSize(2);

    sluice("secret", "rotate", "--seal-key", seal.toString()).succeeds();

    assertThat(stored()).isNotEqualTo(before);
    Files.writeString(folder.resolve("new"), Files.readAllLines(seal).getFirst() + "\n");
    awaitServed(gateway);
    Gateway later = gateway("later", folder.resolve("new"));
    try {
      awaitServed(later);
    } finally {
      later.stop();
    }
    assertThat(sluice("secret", "rotate", "--seal-key", seal.toString()).succeeds().err())
        .contains("nothing to change");
  }

  @Test
  void theKeyOfABackendsClientCertificateIsSealedToo() throws Exception {
    String record =
        new JsonMapper()
            .createObjectNode()
            .put("Certificate", pair.certificate())
            .put("PrivateKey", pair.privateKey())
            .toString();
    Path file =
        Files.writeString(
            folder.resolve("b.json"), "{\"Type\":\"http\",\"Settings\":{\"TLS\":" + record + "}}");
    sluice("upsert", "backend", "b", "-f", file.toString(), "--seal-key", seal.toString())
        .succeeds();

    assertThat(etcd.under("/vulcand")).doesNotContain("PRIVATE", secret());
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(gateway.status().table().config().backends().get("b").tls().privateKey())
                    .isEqualTo(pair.privateKey()));
  }

  @Test
  void commandsWithoutAKeySaySo() {
    assertThat(sluice("secret", "seal").status()).isEqualTo(2);
    assertThat(Sluice.run("secret").status()).isEqualTo(2);
    assertThat(sluice("secret", "seal", "frontend", "f", "--seal-key", seal.toString()).status())
        .isEqualTo(2);
    assertThat(sluice("secret", "seal", "host", "no", "--seal-key", seal.toString()).status())
        .isEqualTo(1);
  }

  /** The account's key of the operator's, and what gateways have got by themselves. */
  @Test
  void keysOfAuthoritiesAreSealedAndSealedAnewAsAllAre() throws Exception {
    String account = "-----BEGIN EC PRIVATE KEY-----\\nMHc=\\n-----END EC PRIVATE KEY-----";
    sluice(
            "upsert",
            "host",
            "auto.example",
            "{'Settings':{'AutoCert':{'DirectoryURL':'https://127.0.0.1:1/dir','Key':'"
                + account
                + "'}}}",
            "--seal-key",
            seal.toString())
        .succeeds();
    etcd.put("/vulcand/acme/accounts/1", "{\"DirectoryURL\":\"d\",\"Key\":\"" + account + "\"}");
    etcd.put(
        "/vulcand/acme/certificates/auto.example",
        "{\"DirectoryURL\":\"d\",\"KeyPair\":"
            + JSON.createObjectNode().put("Cert", pair.certificate()).put("Key", pair.privateKey())
            + "}");
    sluice("secret", "seal", "--seal-key", seal.toString()).succeeds();
    assertThat(etcd.under("/vulcand/")).doesNotContain("PRIVATE KEY");

    Path next = folder.resolve("next");
    sluice("secret", "new-key", next.toString());
    String old = Files.readString(seal);
    Files.writeString(next, Files.readString(next) + old);
    // The gateway has the old key alone, and says so.
    assertThat(sluice("secret", "rotate", "--seal-key", next.toString()).err())
        .contains("gateway sealed does not serve all of it");
    // The first alone opens everything now.
    Files.writeString(next, Files.readString(next).replace(old, ""));
    sluice("secret", "unseal", "--seal-key", next.toString()).succeeds();
    assertThat(etcd.get("/vulcand/acme/accounts/1")).contains("PRIVATE KEY");
    assertThat(etcd.get("/vulcand/acme/certificates/auto.example")).contains("PRIVATE KEY");
    assertThat(etcd.get("/vulcand/hosts/auto.example/host")).contains("PRIVATE KEY");
    assertThat(etcd.under("/vulcand/history/")).doesNotContain("PRIVATE KEY");
  }
}
