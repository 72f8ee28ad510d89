package io.sluice.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.testbed.Sluice;
import io.sluice.gateway.testbed.TestGateway;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each user of a store with users may do; by certificates over TLS and by passwords. All of
 * one class shares two stores.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessIT {
  private static final List<String> USERS = List.of("gateway", "operator", "gtin");

  @TempDir static Path folder;
  private Etcd guarded;
  private Etcd plain;
  private Path passwords;

  @BeforeAll
  void start() throws IOException {
    guarded = Etcd.startGuarded("gateway", "operator", "gtin", "stranger");
    plain = Etcd.start();
    passwords = folder.resolve("passwords");
    access(arguments(guarded, "root", true));
    access(List.of("--etcd", plain.url(), "--passwords", passwords.toString()));
    plain.rootPassword(Files.readString(passwords.resolve("root")).strip());
    // A user who is there already has what is said the last time.
    List<String> again = new ArrayList<>(arguments(plain, "root", false));
    again.addAll(List.of("--passwords", passwords.toString()));
    access(again);
  }

  @AfterAll
  void stop() {
    guarded.close();
    plain.close();
  }

  private static void access(List<String> login) {
    List<String> command = new ArrayList<>(List.of("access", "--service", "gtin=gtin,gtin-next"));
    command.addAll(login);
    Sluice.run(command.toArray(new String[0])).succeeds();
  }

  private List<String> arguments(Etcd etcd, String user, boolean byCertificate) {
    return byCertificate
        ? List.of(
            "--etcd",
            etcd.url(),
            "--etcd-ca",
            etcd.file("ca.pem").toString(),
            "--etcd-cert",
            etcd.file(user + ".pem").toString(),
            "--etcd-key",
            etcd.file(user + ".key").toString())
        : List.of(
            "--etcd",
            etcd.url(),
            "--etcd-user",
            user,
            "--etcd-password-file",
            passwords.resolve(user).toString());
  }

  private EtcdSettings as(String user, boolean byCertificate) {
    Etcd etcd = byCertificate ? guarded : plain;
    Function<String, Path> file = name -> byCertificate ? etcd.file(name) : null;
    return new EtcdSettings(
        List.of(URI.create(etcd.url())),
        "/vulcand",
        byCertificate ? null : user,
        byCertificate ? null : passwords.resolve(user),
        file.apply("ca.pem"),
        file.apply(user + ".pem"),
        file.apply(user + ".key"),
        Duration.ofSeconds(2));
  }

  private static final List<String> KEYS =
      List.of(
          "listeners/l",
          "hosts/h/host",
          "frontends/f/frontend",
          "frontends/f/middlewares/m",
          "backends/gtin/backend",
          "backends/other/servers/s",
          "backends/gtin/servers/s",
          "backends/gtin-private/servers/s",
          "backends/gtin-next/servers/s",
          "backends/gtin-next-private/servers/s",
          "gateways/g",
          "acme/certificates/h");

  private static final Set<String> GATEWAYS = Set.of("gateways/g", "acme/certificates/h");
  private static final Set<String> SERVICES =
      Set.of(
          "backends/gtin/servers/s",
          "backends/gtin-private/servers/s",
          "backends/gtin-next/servers/s",
          "backends/gtin-next-private/servers/s");

  static Stream<Arguments> rights() {
    return USERS.stream()
        .flatMap(
            user ->
                Stream.of(true, false)
                    .flatMap(by -> KEYS.stream().map(key -> Arguments.of(user, key, by))));
  }

  @ParameterizedTest(name = "{0} and {1}, by certificate: {2}")
  @MethodSource("rights")
  void everyUserHasExactlyTheRightsThatItsProgramsNeed(
      String user, String key, boolean byCertificate) throws Exception {
    boolean reads = !user.equals("gtin") || SERVICES.contains(key);
    boolean writes =
        switch (user) {
          case "gateway" -> GATEWAYS.contains(key);
          case "gtin" -> SERVICES.contains(key);
          default -> true;
        };
    try (EtcdStore store = new EtcdStore(as(user, byCertificate))) {
      List<EtcdStore.Change> change =
          List.of(new EtcdStore.Change(key, "{}", EtcdStore.Change.ANY, 0));
      if (reads) {
        store.find(key);
      } else {
        assertThatThrownBy(() -> store.find(key)).hasMessageContaining("permission denied");
      }
      if (writes) {
        store.commit(change);
      } else {
        assertThatThrownBy(() -> store.commit(change)).hasMessageContaining("permission denied");
      }
    }
  }

  @Test
  void nobodyElseIsAnswered() throws Exception {
    try (EtcdStore store = new EtcdStore(TestGateway.inClear(plain))) {
      assertThatThrownBy(() -> store.find("listeners/l")).isInstanceOf(IOException.class);
    }
    try (EtcdStore store = new EtcdStore(as("stranger", true))) {
      assertThatThrownBy(() -> store.find("listeners/l")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void passwordsAreFilesOfTheirOwnerAlone() throws Exception {
    for (String user : List.of("root", "gateway", "operator", "gtin")) {
      assertThat(Files.getPosixFilePermissions(passwords.resolve(user)))
          .extracting(Enum::name)
          .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
    }
  }

  static Stream<Boolean> logins() {
    return Stream.of(true, false);
  }

  @ParameterizedTest(name = "by certificate: {0}")
  @MethodSource("logins")
  void aGatewayFollowsAndTellsHowItIsAlsoOnceTheStoreHasForgottenWhoItIs(boolean byCertificate)
      throws Exception {
    Etcd etcd = byCertificate ? guarded : plain;
    try (TestGateway gateway =
        TestGateway.onEtcd("own", as("gateway", byCertificate), etcd, null)) {
      awaitListener(gateway, byCertificate, "one");
      etcd.kill();
      etcd.resume();
      awaitListener(gateway, byCertificate, "two");
      Awaitility.await()
          .ignoreExceptions()
          .until(() -> find(byCertificate, "gateways/own") != null);
    }
  }

  private void awaitListener(TestGateway gateway, boolean byCertificate, String id) {
    int port = FreePort.next();
    put(
        byCertificate,
        "listeners/" + id,
        "{\"Protocol\":\"http\",\"Address\":{\"Address\":\"127.0.0.1:" + port + "\"}}");
    gateway.awaitStatus(port, "/", 404);
  }

  private void put(boolean byCertificate, String key, String value) {
    Awaitility.await()
        .ignoreExceptions()
        .until(
            () -> {
              try (EtcdStore store = new EtcdStore(as("operator", byCertificate))) {
                return store.commit(
                        List.of(new EtcdStore.Change(key, value, EtcdStore.Change.ANY, 0)))
                    > 0;
              }
            });
  }

  private EtcdStore.Stored find(boolean byCertificate, String key) throws Exception {
    try (EtcdStore store = new EtcdStore(as("operator", byCertificate))) {
      return store.find(key);
    }
  }

  @Test
  void nobodyIsLockedOutByACertificateThatTheStoreDoesNotTakeForRoots() throws Exception {
    try (Etcd other = Etcd.startGuarded("gateway")) {
      List<String> command = new ArrayList<>(List.of("access"));
      command.addAll(
          List.of(
              "--etcd",
              other.url(),
              "--etcd-ca",
              other.file("ca.pem").toString(),
              "--etcd-cert",
              other.file("gateway.pem").toString(),
              "--etcd-key",
              other.file("gateway.key").toString()));
      Sluice refused = Sluice.run(command.toArray(new String[0]));
      assertThat(refused.status()).isEqualTo(1);
      assertThat(refused.err()).contains("common name is root");
      other.put("/vulcand/listeners/l", "{}");
      assertThat(other.ctl("get", "/vulcand/listeners/l")).contains("{}");
    }
    Sluice open = Sluice.run("access", "--etcd", "http://127.0.0.1:1");
    assertThat(open.status()).isEqualTo(2);
    assertThat(open.err()).contains("--passwords");
  }

  @Test
  void whoWasThereBeforeIsNamedAndRolesOfOthersAreTaken() throws Exception {
    try (Etcd other = Etcd.startGuarded("gateway", "operator")) {
      other.ctl("role", "add", "root");
      other.ctl("user", "add", "gateway:unused");
      other.ctl("user", "add", "old:unused");
      other.ctl("user", "grant-role", "gateway", "root");
      List<String> command = new ArrayList<>(List.of("access"));
      command.addAll(arguments(other, "root", true));
      Sluice done = Sluice.run(command.toArray(new String[0])).succeeds();
      assertThat(done.out() + done.err()).contains("were there: old");
      assertThat(other.ctl("user", "get", "gateway")).doesNotContain("root");
    }
  }

  @Test
  void whatCannotBeAUserIsRefused() {
    assertThat(Sluice.run("access", "--service", "root=gtin").status()).isEqualTo(2);
    assertThat(Sluice.run("access", "--service", "gateway=gtin").status()).isEqualTo(2);
    assertThat(Sluice.run("access", "--service", "a/b=gtin").status()).isEqualTo(2);
    assertThat(Sluice.run("access", "--service", "gtin=a/b").err()).contains("a/b");
    assertThat(Sluice.run("access", "--service", "g=a", "--service", "g=b").err())
        .contains("twice");
  }
}
