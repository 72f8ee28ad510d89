package io.sluice.gateway.operators;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.testbed.Load;
import io.sluice.gateway.testbed.Origin;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.Patience;
import io.sluice.testkit.Program;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** One gateway takes the place of another, under load. */
class TakeoverIT extends PackagedProgram {
  @Test
  @EnabledOnOs(OS.LINUX)
  void twentyTakeoversInARowRefuseNobodyAndCutNobody() throws Exception {
    try (Origin origin = Origin.named("origin")) {
      int port = FreePort.next();
      int admin = FreePort.next();
      routes(port, origin.port());
      String state = folder.resolve("state").toString();
      Program running = serve(admin, "--state-dir", state, "--access-log", "off", "--takeover");
      try {
        awaitReady(admin);
        try (Load load =
            Load.start(8, port, "/x", answer -> answer.head().startsWith("HTTP/1.1 200"))) {
          for (int i = 0; i < 20; i++) {
            long before = load.answers();
            Program next = serve(admin, "--state-dir", state, "--access-log", "off", "--takeover");
            int ended = running.awaitExit(Patience.TIME);
            running = next;
            assertThat(ended).isZero();
            Awaitility.await().until(() -> load.answers() > before + 100);
          }
          assertThat(load.wrong()).isEmpty();
        }
        awaitReady(admin);
      } finally {
        running.close();
      }
    }
  }
}
