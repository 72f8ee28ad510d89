package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.testkit.Postgres;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes' catalogues in one PostgreSQL, and what they do without it. */
class SharedCatalogueIT {
  private static final Author ME = new Author("me", "");
  private static final Gtin OATS = new Gtin(9521000000018L);
  private static final Gtin NEVER_ASKED = new Gtin(9521000000025L);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private Catalogue open(Postgres postgres, String name) throws IOException {
    return Catalogue.open(postgres.url(), folder.resolve(name + ".db"));
  }

  private static String name(Catalogue catalogue) {
    return catalogue.find(OATS).join().orElseThrow().name();
  }

  @Test
  void whatOneWritesTheOthersHaveWithinASecond() throws Exception {
    try (Postgres postgres = Postgres.start();
        Catalogue one = open(postgres, "one");
        Catalogue two = open(postgres, "two")) {
      one.fillIfEmpty(new StringReader("gtin,name\n9521000000018,Old\n"), "test");
      assertThat(name(two)).isEqualTo("Old");

      one.edit(OATS, ME, before -> new Item(OATS, "New", "", "")).join();
      assertThat(name(one)).isEqualTo("New");
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> name(two).equals("New"));
      one.edit(OATS, ME, before -> null).join();
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> two.find(OATS).join().isEmpty() && two.isGone(OATS).join());
    }
  }

  @Test
  void withoutTheDatabaseWhatWasAskedForIsFoundAndNothingIsWritten() throws Exception {
    try (Postgres postgres = Postgres.start()) {
      try (Catalogue first = open(postgres, "copy")) {
        first.fillIfEmpty(
            new StringReader("gtin,name\n9521000000018,Oats\n9521000000025,Never\n"), "test");
        assertThat(name(first)).isEqualTo("Oats");
        assertThat(first.isAway()).isFalse();
      }
      // Another process, whose cache knows nothing.
      try (Catalogue catalogue = open(postgres, "copy")) {
        postgres.kill();
        Awaitility.await().atMost(PATIENCE).until(catalogue::isAway);

        assertThat(name(catalogue)).isEqualTo("Oats");
        assertThatThrownBy(() -> catalogue.find(NEVER_ASKED).join())
            .hasCauseInstanceOf(CatalogueAway.class);
        assertThatThrownBy(() -> catalogue.edit(OATS, ME, before -> null).join())
            .isInstanceOf(CompletionException.class)
            .hasCauseInstanceOf(CatalogueAway.class);

        postgres.resume();
        Awaitility.await().atMost(PATIENCE).until(() -> !catalogue.isAway());
        assertThat(catalogue.find(NEVER_ASKED).join()).isPresent();
        catalogue.edit(OATS, ME, before -> new Item(OATS, "After", "", "")).join();
        assertThat(name(catalogue)).isEqualTo("After");
      }
    }
  }

  @Test
  void aDatabaseThatCannotBeUsedIsSaidWithoutItsPassword() {
    assertThatThrownBy(
            () -> Catalogue.open("jdbc:postgresql://127.0.0.1:1/none?user=u&password=secret", null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:1/none")
        .hasMessageNotContaining("secret");
  }
}
