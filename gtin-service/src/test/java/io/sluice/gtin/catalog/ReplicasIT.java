package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.testkit.Postgres;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two real servers, one of which follows the other, killed in turn under load. */
class ReplicasIT {
  private static final Author ME = new Author("me", "");
  private static final Gtin COUNTED = new Gtin(9521000000018L);
  private static final Gtin LOST = new Gtin(9521000000025L);
  private static final Gtin KEPT = new Gtin(9521000000032L);
  private static final List<Gtin> BOTH = List.of(LOST, KEPT);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final AtomicBoolean wanted = new AtomicBoolean(true);
  private final AtomicInteger looked = new AtomicInteger();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicReference<Throwable> failed = new AtomicReference<>();

  @Test
  void noLookupFailsAndNoAcknowledgedWriteIsLostWhicheverServerIsKilled() throws Exception {
    try (Postgres one = Postgres.start()) {
      prepare(one);
      try (Postgres two = Postgres.startStandbyOf(one)) {
        one.waitForStandby(true);
        List<Thread> load = new ArrayList<>();
        try (Catalogue catalogue = Catalogue.open(CatalogueAddress.of(one.urlWith(two)), null)) {
          for (int i = 0; i < 4; i++) {
            load.add(Thread.ofPlatform().start(() -> lookUp(catalogue)));
          }
          load.add(Thread.ofPlatform().start(() -> count(catalogue)));
          awaitMore();
          assertThat(catalogue.isReplica()).isTrue();

          one.kill();
          two.promote();
          awaitMore();

          one.follow(two);
          two.waitForStandby(true);
          awaitMore();
          two.kill();
          one.promote();
          awaitMore();

          wanted.set(false);
          for (Thread each : load) {
            each.join();
          }
          assertThat(failed.get()).isNull();
        }
        try (Catalogue last = Catalogue.open(CatalogueAddress.of(one.url()), null)) {
          assertThat(number(last)).isGreaterThanOrEqualTo(acknowledged.get());
        }
      }
    }
  }

  /** It has come to the same version as the one before it, in its own way. */
  @Test
  void whoIsPromotedWithoutTheLastWritesIsBelievedAndNoCopyOfThem(@TempDir Path folder)
      throws Exception {
    try (Postgres one = Postgres.start()) {
      prepare(one);
      Path copy = folder.resolve("copy.db");
      try (Postgres two = Postgres.startStandbyOf(one)) {
        CatalogueAddress both = CatalogueAddress.of(one.urlWith(two));
        two.kill();
        try (Catalogue before = Catalogue.open(both, copy)) {
          before.edit(LOST, ME, none -> new Item(LOST, "lost", "", "")).join();
          Awaitility.await().until(() -> before.hasCopied(version(one)));
        }
        one.kill();
        two.resume();
        two.promote();
        try (Catalogue other = Catalogue.open(CatalogueAddress.of(two.url()), null)) {
          other.edit(KEPT, ME, none -> new Item(KEPT, "kept", "", "")).join();
        }

        try (Catalogue after = Catalogue.open(both, copy)) {
          // Longer than it takes until the version is known.
          Awaitility.await()
              .during(Duration.ofSeconds(2))
              .until(() -> after.lookUp(BOTH).join().items().keySet().equals(Set.of(KEPT)));
        }
      }
    }
  }

  private static long version(Postgres of) throws SQLException {
    try (PostgresStore store = PostgresStore.at(CatalogueAddress.of(of.url()), 1)) {
      return store.version();
    }
  }

  private static void prepare(Postgres one) throws Exception {
    try (Catalogue catalogue = Catalogue.open(CatalogueAddress.of(one.url()), null)) {
      catalogue.edit(COUNTED, ME, before -> new Item(COUNTED, "0", "", "")).join();
    }
  }

  /** Both kinds of load go on, whatever was done to the servers. */
  private void awaitMore() {
    int writes = acknowledged.get() + 20;
    int lookups = looked.get() + 200;
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                failed.get() != null || (acknowledged.get() >= writes && looked.get() >= lookups));
    assertThat(failed.get()).isNull();
  }

  private void lookUp(Catalogue catalogue) {
    while (wanted.get()) {
      try {
        // Not remembered, as single ones are.
        assertThat(catalogue.lookUp(List.of(COUNTED)).join().items()).containsKey(COUNTED);
        looked.incrementAndGet();
      } catch (RuntimeException | AssertionError failure) {
        failed.compareAndSet(null, failure);
        return;
      }
    }
  }

  /** A write that fails may have been made; one that does not has been. */
  private void count(Catalogue catalogue) {
    while (wanted.get()) {
      try {
        Edited edited =
            catalogue
                .edit(
                    COUNTED,
                    ME,
                    before -> {
                      int now = before == null ? -1 : Integer.parseInt(before.name());
                      return new Item(COUNTED, Integer.toString(now + 1), "", "");
                    })
                .join();
        acknowledged.set(Integer.parseInt(edited.after().name()));
      } catch (RuntimeException away) {
        Thread.onSpinWait();
      }
    }
  }

  private static int number(Catalogue catalogue) {
    return Integer.parseInt(catalogue.find(COUNTED).join().orElseThrow().name());
  }
}
