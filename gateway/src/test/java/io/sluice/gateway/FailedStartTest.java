package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.telemetry.LogSettings;
import io.sluice.testkit.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that cannot start leaves nothing of itself behind, wherever it fails. */
class FailedStartTest {
  @TempDir private Path folder;
  private Set<Thread> before;

  @BeforeEach
  void look() {
    before = Thread.getAllStackTraces().keySet();
  }

  @Test
  void anAdminAddressThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      leavesNothing(() -> settings(null, folder, null, taken.getLocalPort(), "off"));
    }
  }

  @Test
  void aFileWhereTheStateDirectoryIsToBe() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    leavesNothing(() -> settings(etcd(null), null, file, 0, "off"));
  }

  @Test
  void aPasswordFileThatIsMissing() throws Exception {
    leavesNothing(() -> settings(etcd(folder.resolve("none")), null, null, 0, "off"));
  }

  @Test
  void anAccessLogThatCannotBeWritten() throws Exception {
    String nowhere = folder.resolve("none").resolve("log").toString();
    leavesNothing(() -> settings(null, folder, null, 0, nowhere));
  }

  private static EtcdSettings etcd(Path passwordFile) {
    URI nobody = URI.create("http://127.0.0.1:" + FreePort.next());
    return new EtcdSettings(
        List.of(nobody), "/sluice", "u", passwordFile, null, null, null, Duration.ofSeconds(10));
  }

  private static GatewaySettings settings(
      EtcdSettings etcd, Path routes, Path state, int adminPort, String accessLog) {
    return GatewaySettings.of("test", etcd, routes)
        .stateDirectory(state)
        .admin("127.0.0.1", adminPort, AdminAccess.open())
        .threads(2)
        .log(LogSettings.to(accessLog))
        .build();
  }

  private void leavesNothing(Supplier<GatewaySettings> settings) {
    assertThatThrownBy(() -> Gateway.start(settings.get())).isInstanceOf(Exception.class);

    Awaitility.await().untilAsserted(() -> assertThat(left()).isEmpty());
  }

  /** The gateway's own threads; shared pools of the Java library and of Netty may stay. */
  private Set<String> left() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !before.contains(thread) && thread.isAlive())
        .map(Thread::getName)
        .filter(name -> name.matches("(loop|control|presence|state|access-log|ocsp|vert).*"))
        .collect(Collectors.toSet());
  }
}
