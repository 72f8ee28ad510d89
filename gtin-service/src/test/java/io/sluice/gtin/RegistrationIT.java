package io.sluice.gtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Etcd;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Program;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

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
    return etcd.ctl("get", "--prefix", "/vulcand/backends/");
  }

  @Test
  void itRegistersUnderALeaseWithdrawsOnTermAndIsGoneAfterAKill() {
    try (Etcd etcd = Etcd.start()) {
      int port = FreePort.next();
      try (Program program = registered(etcd, port, 3)) {
        Awaitility.await()
            .atMost(PATIENCE)
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
            .atMost(PATIENCE)
            .until(() -> servers(etcd).contains("servers/one"));

        program.terminate();
        assertThat(program.awaitExit(PATIENCE)).isZero();
        assertThat(servers(etcd)).doesNotContain("servers/one");
      }
      try (Program program = registered(etcd, port, 3)) {
        Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
        program.kill();
        assertThat(servers(etcd)).contains("servers/one");
        Awaitility.await().atMost(PATIENCE).until(() -> !servers(etcd).contains("servers/one"));
      }
    }
  }

  @Test
  void aStoreThatForgetsTheLeaseIsToldAgain() {
    try (Etcd etcd = Etcd.start()) {
      try (Program program = registered(etcd, FreePort.next(), 3)) {
        Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
        etcd.kill();
        etcd.wipe();
        etcd.resume();

        Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
        program.terminate();
        assertThat(program.awaitExit(PATIENCE)).isZero();
      }
    }
  }

  @Test
  void aServerThatWasDrainedStaysSoWhenItsLeaseIsLost() {
    try (Etcd etcd = Etcd.start();
        Program program = registered(etcd, FreePort.next(), 6)) {
      String key = "/vulcand/backends/gtin/servers/one";
      Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));
      etcd.ctl(
          "put", key, "{\"URL\":\"http://127.0.0.1:1\",\"State\":\"draining\"}", "--ignore-lease");
      String lease = etcd.ctl("lease", "list").strip().lines().reduce((a, b) -> b).orElseThrow();
      awaitRenewals(etcd, lease, 2);
      etcd.ctl("lease", "revoke", lease);
      Awaitility.await().atMost(PATIENCE).until(() -> servers(etcd).contains("servers/one"));

      assertThat(etcd.ctl("get", key)).contains("draining");
      program.terminate();
      assertThat(program.awaitExit(PATIENCE)).isZero();
    }
  }

  /** A renewed lease has more time left than a moment before. */
  private static void awaitRenewals(Etcd etcd, String lease, int renewals) {
    Pattern remaining = Pattern.compile("remaining\\((\\d+)s\\)");
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    AtomicInteger seen = new AtomicInteger();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () -> {
              Matcher matcher = remaining.matcher(etcd.ctl("lease", "timetolive", lease));
              int now = matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
              return now > left.getAndSet(now) && seen.incrementAndGet() == renewals;
            });
  }
}
