package io.sluice.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.etcd.jetcd.ByteSequence;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.store.EtcdConnection;
import io.sluice.gateway.store.EtcdSettings;
import io.sluice.gateway.store.EtcdStore;
import io.sluice.testkit.Etcd;
import io.sluice.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EtcdSourceIT extends ConfigSourceContract {
  private static Etcd etcd;
  private static int tests;

  private String prefix;

  @BeforeAll
  static void startEtcd() {
    etcd = Etcd.start();
  }

  /** Some tests leave a store of another history behind. */
  @BeforeEach
  void startAnewWhereNeeded() {
    if (etcd.isForeign()) {
      etcd.close();
      etcd = Etcd.start();
    }
  }

  @AfterAll
  static void stopEtcd() {
    etcd.close();
  }

  @BeforeEach
  void choosePrefix() {
    prefix = "/test" + tests++;
  }

  @Override
  EtcdSource open() throws IOException {
    return new EtcdSource(settings());
  }

  private EtcdSettings settings() {
    return new EtcdSettings(
        List.of(URI.create(etcd.url())),
        prefix,
        null,
        null,
        null,
        null,
        null,
        Duration.ofSeconds(1));
  }

  @Override
  void put(String key, String value) {
    etcd.put(prefix + "/" + key, value);
  }

  @Override
  void remove(String key) {
    etcd.delete(prefix + "/" + key);
  }

  @Override
  int many() {
    return 100;
  }

  @Test
  void aPrefixThatOnlyBeginsTheSameIsAnotherTree() throws Exception {
    put("listeners/a", "1");
    etcd.put(prefix + "2/listeners/b", "2");
    try (EtcdSource source = open()) {
      assertThat(values(source.await(Patience.TIME))).isEqualTo(Map.of("listeners/a", "1"));
    }
  }

  @Test
  void whereTheTreeIsEmptyAndAnotherSpellingOfItsNameIsNotThatOneIsNamed() throws Exception {
    etcd.put(prefix.substring(1) + "/listeners/l", "1");
    Logger logger = (Logger) LoggerFactory.getLogger(EtcdSource.class);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    logger.addAppender(said);
    try (EtcdSource source = open()) {
      source.await(Patience.TIME);
    } finally {
      logger.detachAppender(said);
    }

    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.endsWith("--etcd-prefix " + prefix.substring(1)));
  }

  @Test
  void aTreeLargerThanAPageIsReadWhole() throws Exception {
    for (int batch = 0; batch < 45; batch++) {
      int from = batch * 100;
      etcd.put(
          IntStream.range(from, from + 100)
              .boxed()
              .collect(Collectors.toMap(i -> prefix + "/frontends/f" + i + "/frontend", i -> "v")));
    }
    try (EtcdSource source = open()) {
      assertThat(source.await(Patience.TIME).tree().size()).isEqualTo(4_500);
    }
  }

  @Test
  void aTreeOfMoreThanAnyMessageIsReadWholeAndFollowed() throws Exception {
    try (EtcdStore store = new EtcdStore(settings())) {
      for (int i = 0; i < 80; i++) {
        store.commit(
            List.of(
                new EtcdStore.Change(
                    "hosts/h" + i + "/host", "x".repeat(900_000), EtcdStore.Change.ANY, 0)));
      }
    }
    try (EtcdSource source = open()) {
      KeyTree tree = source.await(Patience.TIME).tree();
      assertThat(tree.size()).isEqualTo(80);
      assertThat(tree.values().get("hosts/h79/host")).hasSize(900_000);
      put("listeners/late", "1");
      assertThat(source.await(Patience.TIME).tree().size()).isEqualTo(81);
    }
  }

  @Test
  void keysThatAreNoTextAreKeptApartAndFollowed() throws Exception {
    try (EtcdConnection raw = new EtcdConnection(settings());
        EtcdSource source = open()) {
      AtomicReference<Snapshot> seen = new AtomicReference<>(source.await(Patience.TIME));
      put("listeners/a", "1");
      for (byte odd : new byte[] {(byte) 0xff, (byte) 0xfe}) {
        byte[] key = (prefix + "/listeners/?").getBytes(StandardCharsets.UTF_8);
        key[key.length - 1] = odd;
        EtcdConnection.await(
            raw.client().getKVClient().put(ByteSequence.from(key), EtcdConnection.bytes("2")));
      }
      put("listeners/b", "3");
      Awaitility.await()
          .until(
              () -> {
                Snapshot now = source.await(Duration.ofMillis(100));
                return (now == null ? seen.get() : seen.updateAndGet(last -> now)).tree().size()
                    == 4;
              });
    }
    try (EtcdSource again = open()) {
      assertThat(again.await(Patience.TIME).tree().values().keySet())
          .hasSize(4)
          .contains("listeners/a", "listeners/b");
    }
  }

  @Test
  void allKeysOfATransactionBecomeVisibleTogether() throws Exception {
    put("listeners/a", "old");
    put("listeners/b", "old");
    try (EtcdSource source = open()) {
      source.await(Patience.TIME);
      for (int i = 0; i < 20; i++) {
        String value = "v" + i;
        etcd.put(Map.of(prefix + "/listeners/a", value, prefix + "/listeners/b", value));
        assertThat(values(source.await(Patience.TIME)))
            .isEqualTo(Map.of("listeners/a", value, "listeners/b", value));
      }
    }
  }

  @Test
  void aKillAndARestartLoseNothing() throws Exception {
    put("listeners/a", "1");
    try (EtcdSource source = open()) {
      source.await(Patience.TIME);
      etcd.kill();
      Awaitility.await()
          .until(
              () -> source.await(Duration.ofMillis(100)) == null && !source.status().connected());
      etcd.resume();
      put("listeners/b", "2");

      assertThat(values(next(source))).isEqualTo(Map.of("listeners/a", "1", "listeners/b", "2"));
      assertThat(source.status().held()).isEmpty();
    }
  }

  /** Whoever waits for a revision must learn that it is served, though it says nothing new. */
  @Test
  void aRevisionThatWritesTheSameAgainIsToldAlsoByAList() throws Exception {
    put("frontends/f/frontend", "1");
    try (EtcdSource source = open()) {
      long before = source.await(Patience.TIME).tree().revision();
      etcd.kill();
      etcd.resume();
      // Nobody asks the source meanwhile, so that it learns of this by a list.
      put("frontends/f/frontend", "1");

      assertThat(next(source).tree().revision()).isGreaterThan(before);
    }
  }

  @Test
  void whatGatewaysSayOfThemselvesIsNoNewsButWhatAnOperatorSaysOfOneIs() throws Exception {
    put("frontends/f/frontend", "1");
    try (EtcdSource source = open()) {
      source.await(Patience.TIME);
      put("gateways/one", "{}");
      assertThat(source.await(Duration.ofMillis(500))).isNull();

      put("gateways/one/drain", "");
      assertThat(next(source).tree().find("gateways/one/drain")).isNotNull();
      remove("gateways/one/drain");
      assertThat(next(source).tree().find("gateways/one/drain")).isNull();
    }
  }

  @Test
  void aCompactionWhileItIsCutOffLosesNothing() throws Exception {
    put("listeners/a", "1");
    put("listeners/gone", "1");
    try (EtcdSource source = open()) {
      source.await(Patience.TIME);
      etcd.kill();
      Awaitility.await()
          .until(
              () -> source.await(Duration.ofMillis(100)) == null && !source.status().connected());
      etcd.resume();
      // The source may be back already: what counts is that the last state is reached whatever it
      // saw on the way.
      put("listeners/a", "2");
      remove("listeners/gone");
      put("listeners/b", "1");
      etcd.compact();

      Awaitility.await()
          .until(() -> Map.of("listeners/a", "2", "listeners/b", "1").equals(latest(source)));
    }
  }

  @Test
  void aWipedStoreIsHeldUntilTheOperatorAcceptsIt() throws Exception {
    put("frontends/f/frontend", "1");
    put("frontends/g/frontend", "1");
    try (EtcdSource source = open()) {
      Snapshot served = source.await(Patience.TIME);
      etcd.kill();
      etcd.wipe();
      etcd.resume();
      Awaitility.await()
          .until(
              () ->
                  source.await(Duration.ofMillis(100)) == null
                      && !source.status().held().isEmpty());
      assertThat(values(served)).hasSize(2);

      put("frontends/new/frontend", "2");
      assertThat(source.await(Duration.ofSeconds(2))).isNull();
      assertThat(values(served)).hasSize(2);
      source.accept();

      assertThat(values(next(source))).isEqualTo(Map.of("frontends/new/frontend", "2"));
      put("frontends/newer/frontend", "3");
      Awaitility.await().until(() -> latest(source).size() == 2);
      assertThat(source.status().held()).isEmpty();
    }
  }

  @Test
  void aHoldOutlivesWhateverTheStoreDoesNext() throws Exception {
    put("frontends/f/frontend", "1");
    try (EtcdSource source = open()) {
      Snapshot served = source.await(Patience.TIME);
      etcd.kill();
      etcd.wipe();
      etcd.resume();
      Awaitility.await()
          .until(
              () ->
                  source.await(Duration.ofMillis(100)) == null
                      && !source.status().held().isEmpty());

      // The wiped store overtakes the served revision, forgets its history and restarts.
      put("frontends/new/frontend", "2");
      for (int i = 0; i < 150; i++) {
        etcd.put("/elsewhere", "" + i);
      }
      etcd.compact();
      etcd.kill();
      etcd.resume();
      Awaitility.await()
          .during(Duration.ofSeconds(3))
          .until(() -> source.await(Duration.ofMillis(100)) == null);

      assertThat(source.status().held()).isNotEmpty();
      assertThat(values(served)).isEqualTo(Map.of("frontends/f/frontend", "1"));
    }
  }

  @Test
  void anotherClusterIsNeverMixedIntoTheServedTree() throws Exception {
    put("frontends/f/frontend", "1");
    try (EtcdSource source = open();
        Etcd other = Etcd.start()) {
      Snapshot served = source.await(Patience.TIME);
      other.put("/before", "so that its revision is higher");
      for (int i = 0; i < 150; i++) {
        other.put(prefix + "/frontends/foreign/frontend", "" + i);
      }
      etcd.kill();
      other.kill();
      etcd.takeOver(other);
      etcd.resume();
      Awaitility.await()
          .until(
              () ->
                  source.await(Duration.ofMillis(100)) == null
                      && !source.status().held().isEmpty());
      put("frontends/foreign2/frontend", "x");

      assertThat(source.await(Duration.ofSeconds(2))).isNull();
      assertThat(source.status().held()).contains("another cluster");
      assertThat(values(served)).isEqualTo(Map.of("frontends/f/frontend", "1"));
    }
  }

  @Test
  void keysThatAreDeletedThroughAHealthyWatchAreDeleted() throws Exception {
    put("frontends/f/frontend", "1");
    try (EtcdSource source = open()) {
      source.await(Patience.TIME);
      remove("frontends/f/frontend");

      assertThat(values(next(source))).isEmpty();
      assertThat(source.status().held()).isEmpty();
    }
  }

  private Snapshot last = new Snapshot(KeyTree.EMPTY, Snapshot.ETCD, 0);

  private Map<String, String> latest(ConfigSource source) throws InterruptedException {
    Snapshot tree = source.await(Duration.ofMillis(200));
    last = tree == null ? last : tree;
    return values(last);
  }

  private static Snapshot next(ConfigSource source) {
    Snapshot[] found = new Snapshot[1];
    Awaitility.await()
        .until(
            () -> {
              found[0] = source.await(Duration.ofMillis(500));
              return found[0] != null;
            });
    return found[0];
  }
}
