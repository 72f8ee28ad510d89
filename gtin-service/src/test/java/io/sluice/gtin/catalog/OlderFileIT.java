package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.gtin.Gtin;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogues that an older program has left. */
class OlderFileIT {
  private static final Author ME = new Author("me", "request-1");

  @TempDir private Path folder;

  @Test
  void aFileOfAnOlderProgramIsReadAndItsWordsAreFoundAnew() throws Exception {
    Path old = folder.resolve("old.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + old);
        var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE item (gtin INTEGER PRIMARY KEY, name TEXT NOT NULL, brand TEXT NOT NULL,"
              + " category TEXT NOT NULL)");
      statement.execute("CREATE TABLE gone (gtin INTEGER PRIMARY KEY)");
      statement.execute(
          "CREATE TABLE change (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL,"
              + " request TEXT NOT NULL, gtin INTEGER NOT NULL, name_before TEXT, brand_before"
              + " TEXT, category_before TEXT, name_after TEXT, brand_after TEXT, category_after"
              + " TEXT)");
      statement.execute(
          "CREATE VIRTUAL TABLE item_text USING fts5 (name, brand, category, content='',"
              + " contentless_delete=1, detail='column', tokenize='unicode61 remove_diacritics"
              + " 0')");
      statement.execute("INSERT INTO item VALUES (9521000000018, 'Piwo \u0141om\u017ca', '', '')");
      statement.execute(
          "INSERT INTO item_text (rowid, name, brand, category) VALUES"
              + " (9521000000018, 'piwo \u0142omza', '', '')");
      statement.execute(
          "INSERT INTO change VALUES (1, 'then', 'me', '', 9521000000018, 'Old', '', '', 'Piwo"
              + " \u0141om\u017ca', '', '')");
      statement.execute("PRAGMA user_version = 2");
    }
    try (SqliteStore opened = SqliteStore.open(old, 2)) {
      assertThat(opened.search(new Search(Words.of("lomza"), "", "", "", "", 0, 9)).items())
          .hasSize(1);
      assertThat(opened.history(9521000000018L))
          .singleElement()
          .satisfies(change -> assertThat(change.before().name()).isEqualTo("Old"));
      Item other = new Item(new Gtin(9521000000018L), "Czarna \u0141\u00f3d\u017a", "", "");
      opened.replaceAll(sink -> sink.put(other), ME, ItemStore.Ending.FORGOTTEN);
      assertThat(opened.search(new Search(Words.of("lodz"), "", "", "", "", 0, 9)).items())
          .containsExactly(other);
      assertThat(opened.search(new Search(Words.of("lomza"), "", "", "", "", 0, 9)).items())
          .isEmpty();
    }
  }
}
