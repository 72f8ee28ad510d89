package io.sluice.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Patience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every source of configuration does. */
abstract class ConfigSourceContract {

  /** A source on what {@link #put} has written so far. */
  abstract ConfigSource open() throws Exception;

  abstract void put(String key, String value) throws Exception;

  abstract void remove(String key) throws Exception;

  @Test
  void theFirstTreeIsEverythingThatIsThere() throws Exception {
    put("listeners/a", "1");
    put("backends/b/servers/s", "2");
    try (ConfigSource source = open()) {
      assertThat(values(source.await(Patience.TIME)))
          .isEqualTo(Map.of("listeners/a", "1", "backends/b/servers/s", "2"));
      assertThat(source.status().connected()).isTrue();
    }
  }

  @Test
  void anEmptyTreeIsATreeToo() throws Exception {
    try (ConfigSource source = open()) {
      assertThat(values(source.await(Patience.TIME))).isEmpty();
    }
  }

  @Test
  void putsChangesAndRemovalsArrive() throws Exception {
    put("listeners/a", "1");
    try (ConfigSource source = open()) {
      source.await(Patience.TIME);

      put("frontends/f/middlewares/m", "2");
      assertThat(until(source, Map.of("listeners/a", "1", "frontends/f/middlewares/m", "2")))
          .isTrue();
      put("listeners/a", "3");
      assertThat(until(source, Map.of("listeners/a", "3", "frontends/f/middlewares/m", "2")))
          .isTrue();
      remove("frontends/f/middlewares/m");
      assertThat(until(source, Map.of("listeners/a", "3"))).isTrue();
    }
  }

  @Test
  void theRevisionGrowsWithEveryChange() throws Exception {
    try (ConfigSource source = open()) {
      long before = source.await(Patience.TIME).tree().revision();
      put("listeners/a", "1");
      assertThat(source.await(Patience.TIME).tree().revision()).isGreaterThan(before);
    }
  }

  @Test
  void withoutAChangeNothingComes() throws Exception {
    put("listeners/a", "1");
    try (ConfigSource source = open()) {
      source.await(Patience.TIME);
      assertThat(source.await(Duration.ofMillis(200))).isNull();
    }
  }

  @Test
  void aThousandChangesEndInTheLastState() throws Exception {
    try (ConfigSource source = open()) {
      source.await(Patience.TIME);
      Map<String, String> expected = new TreeMap<>();
      for (int i = 0; i < many(); i++) {
        put("frontends/f" + i % 10 + "/frontend", "v" + i);
        expected.put("frontends/f" + i % 10 + "/frontend", "v" + i);
      }
      assertThat(until(source, expected)).isTrue();
    }
  }

  /** How many changes the test above makes. */
  int many() {
    return 1_000;
  }

  private static boolean until(ConfigSource source, Map<String, String> expected)
      throws InterruptedException {
    long deadline = System.nanoTime() + Patience.TIME.toNanos();
    while (System.nanoTime() < deadline) {
      Snapshot tree = source.await(Duration.ofSeconds(1));
      if (tree != null && values(tree).equals(expected)) {
        return true;
      }
    }
    return false;
  }

  static Map<String, String> values(Snapshot snapshot) {
    Map<String, String> values = new TreeMap<>();
    snapshot
        .tree()
        .values()
        .forEach((key, value) -> values.put(key, new String(value, StandardCharsets.UTF_8)));
    return values;
  }
}
