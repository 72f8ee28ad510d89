package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the packaged service comes to and goes from a real etcd. */
class RegistrationIT extends RunningService {
  private static Program registered(Etcd etcd, int port, int leaseSeconds) {
    return service(
        "all",
        port,
        FreePort.next(),
        "--register",
        etcd.url(),
        "--lease",
        Integer.toString(leaseSeconds),
        "--id",
        "one");
  }

  private static String servers(Etcd etcd) {
    return etcd.under("/vulcand/backends/");
  }

  @Test
  void itRegistersUnderALeaseWithdrawsOnTermAndIsGoneAfterAKill() {
    try (Etcd etcd = Etcd.start()) {
      int port = FreePort.next();
      try (Program program = registered(etcd, port, 3)) {
        Awaitility.await()
            .until(
                () ->
                    servers(etcd)
                        .contains(
                            "/vulcand/backends/gtin/servers/one\n{\"URL\":\"http://127.0.0.1:"
                                + port
                                + "\"}"));
        assertThat(servers(etcd)).contains("/vulcand/backends/gtin-private/servers/one");
        // Longer than the lease: only renewing keeps it.
        Awaitility.await()
            .during(5, TimeUnit.SECONDS)
            .until(() -> servers(etcd).contains("servers/one"));

        program.terminate();
        assertThat(program.awaitExit(Patience.TIME)).isZero();
        assertThat(servers(etcd)).doesNotContain("servers/one");
      }
      try (Program program = registered(etcd, port, 3)) {
        Awaitility.await().until(() -> servers(etcd).contains("servers/one"));
        program.kill();
        assertThat(servers(etcd)).contains("servers/one");
        Awaitility.await().until(() -> !servers(etcd).contains("servers/one"));
      }
    }
  }

  @Test
  void aStoreThatForgetsTheLeaseIsToldAgain() {
    try (Etcd etcd = Etcd.start()) {
      try (Program program = registered(etcd, FreePort.next(), 3)) {
        Awaitility.await().until(() -> servers(etcd).contains("servers/one"));
        etcd.kill();
        etcd.wipe();
        etcd.resume();

        Awaitility.await().until(() -> servers(etcd).contains("servers/one"));
        program.terminate();
        assertThat(program.awaitExit(Patience.TIME)).isZero();
      }
    }
  }

  @Test
  void aServerThatWasDrainedStaysSoWhenItsLeaseIsLost() {
    try (Etcd etcd = Etcd.start();
        Program program = registered(etcd, FreePort.next(), 6)) {
      String key = "/vulcand/backends/gtin/servers/one";
      Awaitility.await().until(() -> servers(etcd).contains("servers/one"));
      etcd.ctl(
          "put", key, "{\"URL\":\"http://127.0.0.1:1\",\"State\":\"draining\"}", "--ignore-lease");
      String lease = etcd.ctl("lease", "list").strip().lines().reduce((a, b) -> b).orElseThrow();
      awaitRenewals(etcd, lease, 2);
      etcd.ctl("lease", "revoke", lease);
      Awaitility.await().until(() -> servers(etcd).contains("servers/one"));

      assertThat(etcd.get(key)).contains("draining");
      program.terminate();
      assertThat(program.awaitExit(Patience.TIME)).isZero();
    }
  }

  @Test
  void itRegistersAndWithdrawsAsAUserWhoMayDoNothingElse() {
    try (Etcd etcd = Etcd.startGuarded("gtin")) {
      etcd.ctl("role", "add", "gtin");
      for (String backend : new String[] {"gtin", "gtin-private"}) {
        String folder = "/vulcand/backends/" + backend + "/servers/";
        etcd.ctl("role", "grant-permission", "gtin", "readwrite", folder, "--prefix=true");
      }
      for (String user : new String[] {"root", "gtin"}) {
        etcd.ctl("user", "add", user + ":unused");
      }
      etcd.ctl("role", "add", "root");
      etcd.ctl("user", "grant-role", "root", "root");
      etcd.ctl("user", "grant-role", "gtin", "gtin");
      etcd.ctl("auth", "enable");
      try (Program program =
          service(
              "all",
              FreePort.next(),
              FreePort.next(),
              "--register",
              etcd.url(),
              "--lease",
              "3",
              "--id",
              "one",
              "--etcd-ca",
              etcd.file("ca.pem").toString(),
              "--etcd-cert",
              etcd.file("gtin.pem").toString(),
              "--etcd-key",
              etcd.file("gtin.key").toString())) {
        Awaitility.await().until(() -> servers(etcd).contains("servers/one"));
        Awaitility.await()
            .during(5, TimeUnit.SECONDS)
            .until(() -> servers(etcd).contains("servers/one"));
        etcd.kill();
        etcd.resume();
        Awaitility.await().until(() -> servers(etcd).contains("servers/one"));
        program.terminate();
        assertThat(program.awaitExit(Patience.TIME)).isZero();
        assertThat(servers(etcd)).doesNotContain("servers/one");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--etcd-ca", "--etcd-cert", "--etcd-key", "--etcd-password-file"})
  void aFileThatCannotBeReadIsNamed(String option) {
    String other =
        switch (option) {
          case "--etcd-cert" -> "--etcd-key";
          case "--etcd-key" -> "--etcd-cert";
          case "--etcd-password-file" -> "--etcd-user";
          default -> "--id";
        };
    int port = FreePort.next();
    try (Program program =
        service(
            "all",
            port,
            FreePort.next(),
            "--register",
            "http://127.0.0.1:1",
            option,
            "/none/here",
            other,
            "/none/here")) {
      assertThat(program.awaitExit(Patience.TIME)).isEqualTo(2);
      assertThat(program.printed()).contains("/none/here");
    }
  }

  /** A renewed lease has more time left than a moment before. */
  private static void awaitRenewals(Etcd etcd, String lease, int renewals) {
    Pattern remaining = Pattern.compile("remaining\\((\\d+)s\\)");
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    AtomicInteger seen = new AtomicInteger();
    Awaitility.await()
        .until(
            () -> {
              Matcher matcher = remaining.matcher(etcd.ctl("lease", "timetolive", lease));
              int now = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
              return now > left.getAndSet(now) && seen.incrementAndGet() == renewals;
            });
  }
}
