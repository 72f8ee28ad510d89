package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gtin.gtin.Gtin;
import io.sluice.testkit.Postgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every database has to do alike; each is a real one. */
class StoreContractIT {
  private static final Author ME = new Author("me", "request-1");

  @Nested
  class OnSqlite extends Contract {
    @TempDir private Path folder;

    @Override
    ItemStore open() throws SQLException {
      return SqliteStore.open(folder.resolve("c.db"), 4);
    }

    @Override
    AutoCloseable busy() throws SQLException {
      Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("c.db"));
      other.createStatement().execute("BEGIN IMMEDIATE");
      return other;
    }

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
        statement.execute(
            "INSERT INTO item VALUES (9521000000018, 'Piwo \u0141om\u017ca', '', '')");
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

  @Nested
  class OnPostgres extends Contract {
    private static Postgres postgres;

    @BeforeAll
    static void startPostgres() {
      postgres = Postgres.start();
    }

    @AfterAll
    static void stopPostgres() {
      postgres.close();
    }

    @Override
    ItemStore open() throws SQLException {
      PostgresStore shared = PostgresStore.at(CatalogueAddress.of(postgres.url()), 4);
      shared.prepare();
      return shared;
    }

    @Override
    AutoCloseable busy() throws SQLException {
      Connection other = DriverManager.getConnection(postgres.url());
      other.setAutoCommit(false);
      other
          .createStatement()
          .execute("SELECT pg_advisory_xact_lock(" + PostgresStore.IMPORT_LOCK + ")");
      return other;
    }

    @AfterEach
    void empty() throws SQLException {
      ((PostgresStore) store)
          .writing(
              connection -> {
                try (var statement = connection.createStatement()) {
                  return statement.executeUpdate(
                      "TRUNCATE item, gone, change, import_log, import_rejects");
                }
              });
    }
  }

  abstract static class Contract {
    ItemStore store;

    abstract ItemStore open() throws SQLException;

    @BeforeEach
    void openStore() throws SQLException {
      store = open();
    }

    @AfterEach
    void closeStore() {
      store.close();
    }

    private static Item item(long body, String name, String brand, String category) {
      return new Item(new Gtin(body * 10 + Gtin.checkDigit(body)), name, brand, category);
    }

    private boolean isGone(long gtin) throws SQLException {
      return store.lookUp(List.of(new Gtin(gtin))).gone().contains(new Gtin(gtin));
    }

    private static Item item(long body, String name) {
      return item(body, name, "", "");
    }

    private void put(Item... items) throws SQLException, IOException {
      store.replaceAll(
          sink -> {
            for (Item item : items) {
              sink.put(item);
            }
          },
          ME,
          ItemStore.Ending.FORGOTTEN);
    }

    private static Search search(String words, String brand, String category, String prefix) {
      return new Search(Words.of(words), "", brand, category, prefix, 0, 50);
    }

    private List<String> names(Search search) throws SQLException {
      return store.search(search).items().stream().map(Item::name).toList();
    }

    @Test
    void whatIsPutIsFoundWithEveryCharacterOfIt() throws Exception {
      Item odd =
          item(95210000001L, "Tab\there\nand \\N \\. \"quoted\" — 牛乳 🥛", "Ü & Söhne's", "a,b");
      put(odd);

      assertThat(store.find(odd.gtin().value())).contains(odd);
      assertThat(store.find(4L)).isEmpty();
      assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void ofRowsWithOneNumberTheLastCounts() throws Exception {
      Item first = item(95210000001L, "first");
      Item last = item(95210000001L, "last");
      long added =
          store.replaceAll(
              sink -> {
                sink.put(first);
                sink.put(item(95210000002L, "other"));
                sink.put(last);
              },
              ME,
              ItemStore.Ending.FORGOTTEN);

      assertThat(added).isEqualTo(2);
      assertThat(store.find(first.gtin().value())).contains(last);
      assertThat(names(search("first", "", "", ""))).isEmpty();
      assertThat(names(search("last", "", "", ""))).containsExactly("last");
    }

    private static final ImportStatus RUNNING = ImportStatus.receiving("i").running(10);
    private static final Import.Result NOTHING =
        new Import.Result(0, 0, 0, 0, 0, 0, Map.of(), Map.of());

    @TempDir private Path files;
    private Path rejects;

    @BeforeEach
    void writeRejects() throws IOException {
      byte[] bytes = new byte[700_000];
      new Random(3).nextBytes(bytes);
      rejects = Files.write(files.resolve("rejects.csv"), bytes);
    }

    private byte[] rejected(String id) throws Exception {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      store.rejects(id, out);
      return out.toByteArray();
    }

    @Test
    void whatBecameOfAnImportIsKeptWithItsRows() throws Exception {
      store.note(RUNNING, null);
      ImportStatus done =
          RUNNING.done(
              new Import.Result(3, 1, 0, 0, 2, 1, Map.of("trimmed", 1L), Map.of("gtin", "ean")),
              0.5);
      store.replaceAll(
          sink -> sink.put(item(95210000001L, "new")),
          ME,
          added -> new ItemStore.Ended(done, rejects));
      // The word of a thread that was late, and of one that lost its connection at the commit.
      store.note(RUNNING, null);
      store.note(RUNNING.failed("the connection was lost"), rejects);

      assertThat(store.importStatus("i")).contains(done);
      assertThat(rejected("i")).isEqualTo(Files.readAllBytes(rejects));
      assertThat(rejected("other")).isEmpty();
    }

    @Test
    void moreThreadsThanThereAreConnectionsWaitForEachOther() throws Exception {
      put(item(95210000001L, "one"));
      try (ExecutorService many = Executors.newFixedThreadPool(16)) {
        List<Future<String>> found = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          found.add(
              many.submit(
                  () -> store.find(item(95210000001L, "").gtin().value()).orElseThrow().name()));
        }
        for (Future<String> each : found) {
          assertThat(each.get()).isEqualTo("one");
        }
      }
    }

    @Test
    void onlyTheLastImportsAreKept() throws Exception {
      for (int i = 0; i <= ImportLog.REMEMBERED; i++) {
        Path some = Files.writeString(files.resolve("some"), "rejected " + i);
        store.note(ImportStatus.receiving("import-" + i).failed("no"), some);
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() == now) {
          Thread.onSpinWait();
        }
      }

      assertThat(store.importStatus("import-0")).isEmpty();
      assertThat(rejected("import-0")).isEmpty();
      assertThat(store.importStatus("import-1")).isPresent();
      assertThat(rejected("import-1")).asString().isEqualTo("rejected 1");
    }

    @Test
    void anImportThatFailsChangesNothing() throws Exception {
      Item before = item(95210000001L, "before");
      put(before);

      assertThatThrownBy(
              () ->
                  store.replaceAll(
                      sink -> {
                        for (long body = 1_000_000; body < 1_025_000; body++) {
                          sink.put(item(body, "new"));
                        }
                        sink.put(item(95210000001L, "after"));
                        throw new IOException("broken file");
                      },
                      ME,
                      added -> new ItemStore.Ended(RUNNING.done(NOTHING, 1), rejects)))
          .isInstanceOf(IOException.class)
          .hasMessage("broken file");

      assertThat(store.count()).isEqualTo(1);
      assertThat(store.find(before.gtin().value())).contains(before);
      assertThat(names(search("new", "", "", ""))).isEmpty();
      assertThat(store.importStatus(RUNNING.id())).isEmpty();
      put(item(95210000002L, "and it goes on"));
      assertThat(store.count()).isEqualTo(2);
    }

    @Test
    void anEditIsWrittenWithItsHistoryOrNotAtAll() throws Exception {
      Item first = item(95210000001L, "first");
      Item second = item(95210000001L, "second");
      long gtin = first.gtin().value();

      assertThat(store.edit(gtin, ME, before -> first)).isEqualTo(new Edited(null, first));
      assertThat(store.edit(gtin, ME, before -> second)).isEqualTo(new Edited(first, second));
      store.edit(gtin, ME, before -> before);
      assertThatThrownBy(
              () ->
                  store.edit(
                      gtin,
                      ME,
                      before -> {
                        throw new EditRefused(EditRefused.Cause.CHANGED);
                      }))
          .isInstanceOf(EditRefused.class);
      assertThat(store.find(gtin)).contains(second);
      assertThat(isGone(gtin)).isFalse();
      store.edit(gtin, ME, before -> null);

      assertThat(store.find(gtin)).isEmpty();
      assertThat(isGone(gtin)).isTrue();
      assertThat(names(search("second", "", "", ""))).isEmpty();
      assertThat(store.history(gtin))
          .extracting(Change::before, Change::after)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(null, first),
              org.assertj.core.groups.Tuple.tuple(first, second),
              org.assertj.core.groups.Tuple.tuple(second, null));
      assertThat(store.history(gtin)).extracting(Change::author).containsOnly(ME);
      put(first);
      assertThat(isGone(gtin)).isFalse();
    }

    @Test
    void editsOfOneItemNeverLoseEachOther() throws Exception {
      Item counted = item(95210000001L, "0");
      long gtin = counted.gtin().value();
      put(counted);
      try (ItemStore other = open()) {
        List<CompletableFuture<Void>> editors = new ArrayList<>();
        AtomicInteger made = new AtomicInteger();
        for (ItemStore each : List.of(store, other)) {
          editors.add(
              CompletableFuture.runAsync(
                  () -> {
                    for (int i = 0; i < 50; i++) {
                      increment(each, gtin);
                      made.incrementAndGet();
                    }
                  }));
        }
        editors.forEach(CompletableFuture::join);
        assertThat(store.find(gtin).orElseThrow().name()).isEqualTo(made.toString());
      }
    }

    private static void increment(ItemStore store, long gtin) {
      try {
        store.edit(
            gtin,
            ME,
            before ->
                new Item(
                    new Gtin(gtin), Integer.toString(Integer.parseInt(before.name()) + 1), "", ""));
      } catch (SQLException | EditRefused failed) {
        throw new AssertionError(failed);
      }
    }

    @Test
    void wordsAreFoundByTheirBeginningsWhateverTheirCaseAndAccents() throws Exception {
      put(
          item(95210000001L, "Oat Biscuits", "Weir & Daughters", "bakery"),
          item(95210000002L, "Crème brûlée", "Weir", "dessert"),
          item(95210000003L, "Oatmeal soap", "Other", "body care"));

      assertThat(names(search("oat", "", "", ""))).containsExactly("Oat Biscuits", "Oatmeal soap");
      assertThat(names(search("CREME brul", "", "", ""))).containsExactly("Crème brûlée");
      assertThat(names(search("oat weir", "", "", ""))).containsExactly("Oat Biscuits");
      assertThat(names(search("oat nothing", "", "", ""))).isEmpty();
      assertThat(names(search("\"' OR * : & | ! ( ) \\ oat", "", "", "")))
          .as("what is no letter separates words and means nothing")
          .isEmpty();
      assertThat(names(search("", "Weir", "", ""))).containsExactly("Crème brûlée");
      assertThat(names(search("", "Weir & Daughters", "", ""))).containsExactly("Oat Biscuits");
      assertThat(names(search("soap", "Other", "body care", ""))).containsExactly("Oatmeal soap");
    }

    @Test
    void aPrefixIsThatOfThirteenDigitsHoweverTheItemIsPacked() throws Exception {
      put(
          item(952100000001L, "a piece"),
          item(1_952100000001L, "a case"),
          item(61414100041L, "of twelve digits"),
          item(953100000001L, "another prefix"));

      assertThat(names(search("", "", "", "952"))).containsExactly("a piece", "a case");
      assertThat(names(search("", "", "", "0614141"))).containsExactly("of twelve digits");
      assertThat(names(search("", "", "", "9521000000"))).containsExactly("a piece", "a case");
      assertThat(names(search("case", "", "", "952"))).containsExactly("a case");
    }

    @Test
    void aTallyIsOfAllPagesAndEachItemCountsOnce() throws Exception {
      Random random = new Random(14);
      List<Item> all = new ArrayList<>();
      for (long body = 95210000000L; body < 95210000300L; body++) {
        String brand = List.of("Weir", "WEIR", "Other", "").get(random.nextInt(4));
        all.add(item(body, random.nextBoolean() ? "oat" : "952 rye", brand, "c" + body % 30));
      }
      put(all.toArray(Item[]::new));

      // Found by its word, by its digits, or by both.
      Tally tally = store.tally(new Search(Words.of("952"), "952", "", "", "", 77, 3));
      assertThat(tally.total()).isEqualTo(300);
      assertThat(tally.exact()).isTrue();
      assertThat(tally.categories()).hasSize(20).allMatch(each -> each.count() == 10);
      long weir = all.stream().filter(each -> Search.alike(each.brand()).equals("weir")).count();
      long other = all.stream().filter(each -> each.brand().equals("Other")).count();
      assertThat(tally.brands())
          .extracting(Tally.Value::count)
          .containsExactlyInAnyOrder((int) weir, (int) other);
      assertThat(tally.brands())
          .extracting(each -> Search.alike(each.value()))
          .containsExactlyInAnyOrder("weir", "other");

      Tally some = store.tally(new Search(Words.of("oat"), "", "weir", "", "", 0, 1));
      assertThat(some.total())
          .isEqualTo(
              (int)
                  all.stream()
                      .filter(each -> each.name().equals("oat"))
                      .filter(each -> Search.alike(each.brand()).equals("weir"))
                      .count());
      assertThat(store.tally(new Search(Words.of("nothing"), "", "", "", "", 0, 1)).total())
          .isZero();
    }

    @Test
    void aTallyOfVeryManyCountsTheFirstOfThem() throws Exception {
      Item[] many = new Item[Tally.MOST + 1];
      for (int i = 0; i < many.length; i++) {
        many[i] = item(95210000000L + i, "many", "b", "");
      }
      put(many);

      Tally tally = store.tally(new Search(Words.of("many"), "", "", "", "", 0, 1));

      assertThat(tally.total()).isEqualTo(Tally.MOST);
      assertThat(tally.exact()).isFalse();
      assertThat(tally.brands()).containsExactly(new Tally.Value("b", Tally.MOST));
    }

    @Test
    void pagesAreStableWhileItemsComeAndGo() throws Exception {
      for (long body = 95210000000L; body < 95210000010L; body++) {
        put(item(body, "item " + body));
      }
      Search first = new Search(Words.of("item"), "", "", "", "", 0, 4);
      Page one = store.search(first);
      assertThat(one.more()).isTrue();
      long last = one.items().getLast().gtin().value();

      store.edit(one.items().getFirst().gtin().value(), ME, before -> null);
      put(item(95200000000L, "item in front"));
      Page two = store.search(new Search(Words.of("item"), "", "", "", "", last, 4));
      Page three =
          store.search(
              new Search(
                  Words.of("item"), "", "", "", "", two.items().getLast().gtin().value(), 4));

      assertThat(two.items())
          .extracting(Item::name)
          .containsExactly(
              "item 95210000004", "item 95210000005", "item 95210000006", "item 95210000007");
      assertThat(three.items()).hasSize(2);
      assertThat(three.more()).isFalse();
    }

    @Test
    void theVersionIsAnotherOneAfterSomebodyElsesChange() throws Exception {
      long before = store.version();
      assertThat(store.version()).isEqualTo(before);
      try (ItemStore other = open()) {
        Item item = item(95210000001L, "theirs");
        other.edit(item.gtin().value(), ME, none -> item);
      }
      assertThat(store.version()).isNotEqualTo(before);
    }

    @Test
    void allItemsComeInTheOrderOfTheirNumbers() throws Exception {
      put(item(95210000002L, "b"), item(95210000001L, "a"), item(95210000003L, "c"));
      List<String> names = new ArrayList<>();
      store.all(item -> names.add(item.name()));

      assertThat(names).containsExactly("a", "b", "c");
    }

    @Test
    void onlyAnEmptyOneIsFilled() throws Exception {
      List<Item> items = List.of(item(95210000001L, "a"));

      assertThat(store.insertIfEmpty(items)).isEqualTo(1);
      assertThat(store.insertIfEmpty(List.of(item(95210000002L, "b")))).isZero();
      assertThat(store.count()).isEqualTo(1);
      long gtin = items.getFirst().gtin().value();
      store.edit(gtin, ME, before -> null);
      assertThat(store.insertIfEmpty(items)).as("what was emptied stays empty").isZero();
      store.edit(gtin, ME, before -> items.getFirst());
      store.edit(gtin, ME, before -> null);
      assertThat(isGone(gtin)).isTrue();
    }

    @Test
    void theHistoryOfAnItemHasNoGapWhicheverDoorAChangeComesThrough() throws Exception {
      Random random = new Random(7);
      long[] bodies = {95210000001L, 95210000002L, 95210000003L};
      for (int n = 0; n < 60; n++) {
        long body = bodies[random.nextInt(bodies.length)];
        Item item = item(body, "name " + random.nextInt(3), "brand", "");
        switch (random.nextInt(3)) {
          case 0 -> store.edit(item.gtin().value(), ME, before -> item);
          case 1 -> store.edit(item.gtin().value(), ME, before -> null);
          default -> put(item, item(body, "name " + random.nextInt(3)), item);
        }
      }
      for (long body : bodies) {
        long gtin = item(body, "").gtin().value();
        List<Change> history = store.history(gtin);
        Item last = null;
        for (Change change : history) {
          assertThat(change.before()).as("%s", history).isEqualTo(last);
          assertThat(change.author()).isEqualTo(ME);
          last = change.after();
        }
        assertThat(store.find(gtin).orElse(null)).isEqualTo(last);
      }
    }

    @Test
    void whoBroughtAnItemIsKnownThoughNobodyElseChangedIt() throws Exception {
      Item item = item(95210000001L, "brought");
      put(item);

      assertThat(store.history(item.gtin().value()))
          .singleElement()
          .satisfies(
              change -> {
                assertThat(change.before()).isNull();
                assertThat(change.after()).isEqualTo(item);
                assertThat(change.author()).isEqualTo(ME);
              });
    }

    @Test
    void changesAreFollowedFromAnyOfThem() throws Exception {
      Item one = item(95210000001L, "one");
      Item two = item(95210000002L, "two");
      store.edit(one.gtin().value(), ME, before -> one);
      put(two);
      store.edit(one.gtin().value(), ME, before -> null);

      List<Change> all = store.changes(from("0"), 100);
      assertThat(all)
          .extracting(Change::gtin)
          .endsWith(one.gtin().value(), Change.IMPORT, two.gtin().value(), one.gtin().value());
      for (int i = 0; i < all.size(); i++) {
        assertThat(store.changes(from(all.get(i).cursor().text()), 100))
            .isEqualTo(all.subList(i + 1, all.size()));
      }
      Change brought = all.get(all.size() - 2);
      assertThat(brought.after()).isEqualTo(two);
      assertThat(store.changes(from(Long.toString(brought.id())), 100))
          .as("a change's number alone is behind all of it")
          .containsExactly(all.getLast());
    }

    private static ChangeCursor from(String text) {
      return ChangeCursor.find(text).orElseThrow();
    }

    /** Keeps a catalogue of its own by what the feed says, and holds the feed to it. */
    private final class Follower {
      private final Map<Long, Item> items = new TreeMap<>();
      private ChangeCursor place = from("0");

      void follow(int limit) throws SQLException {
        while (true) {
          List<Change> page = store.changes(place, limit);
          assertThat(page).hasSizeLessThanOrEqualTo(limit);
          for (Change change : page) {
            if (change.gtin() != Change.IMPORT) {
              assertThat(change.before()).isEqualTo(items.get(change.gtin()));
              items.remove(change.gtin());
              if (change.after() != null) {
                items.put(change.gtin(), change.after());
              }
            }
            place = from(change.cursor().text());
          }
          if (page.size() < limit) {
            return;
          }
        }
      }

      void hasWhatThereIs() throws Exception {
        List<Item> there = new ArrayList<>();
        store.all(there::add);
        assertThat(items.values()).containsExactlyElementsOf(there);
      }
    }

    @Test
    void whoFollowsTheFeedHasWhatTheCatalogueHas() throws Exception {
      Random random = new Random(11);
      Follower always = new Follower();
      for (int n = 0; n < 80; n++) {
        changeSome(random);
        if (random.nextInt(3) == 0) {
          always.follow(1 + random.nextInt(5));
          always.hasWhatThereIs();
        }
      }
      for (int limit : new int[] {1, 2, 3, 7, 1_000}) {
        Follower late = new Follower();
        late.follow(limit);
        late.hasWhatThereIs();
      }
    }

    /** An edit, a removal or an import, of eight items with three names. */
    private void changeSome(Random random) throws Exception {
      Item[] some = new Item[1 + random.nextInt(6)];
      Arrays.setAll(some, i -> item(95210000001L + random.nextInt(8), "name " + random.nextInt(3)));
      switch (random.nextInt(4)) {
        case 0 -> store.edit(some[0].gtin().value(), ME, before -> null);
        case 1 -> store.edit(some[0].gtin().value(), ME, before -> some[0]);
        default -> put(some);
      }
    }

    @Test
    void whenAnItemWasWrittenIsWhenItsHistoryHasItLast() throws Exception {
      Random random = new Random(13);
      for (int n = 0; n < 60; n++) {
        changeSome(random);
        List<Item> there = new ArrayList<>();
        store.all(there::add);
        for (Item item : there) {
          String last = store.history(item.gtin().value()).getLast().at();
          assertThat(Instant.ofEpochMilli(item.updated())).isEqualTo(last);
          assertThat(store.find(item.gtin().value())).get().matches(item::isSame);
          assertThat(store.lookUp(List.of(item.gtin())).items().get(item.gtin()))
              .matches(item::isSame);
        }
      }
    }

    @Test
    void whatComesAgainByAnImportHidesNothingThatIsNewByIt() throws Exception {
      Item again = item(95210000001L, "again");
      store.edit(again.gtin().value(), ME, before -> again);
      store.edit(again.gtin().value(), ME, before -> null);
      put(again, item(95210000002L, "new"), item(95210000003L, "new"));
      store.edit(again.gtin().value(), ME, before -> null);
      for (int limit : new int[] {1, 2, 3, 4}) {
        Follower follower = new Follower();
        follower.follow(limit);
        follower.hasWhatThereIs();
      }
    }

    @Test
    void whatAnImportHasBroughtIsKnownWhenItIsGoneAndWhenItComesAgain() throws Exception {
      Item item = item(95210000001L, "brought");
      long gtin = item.gtin().value();
      put(item);
      store.edit(gtin, ME, before -> null);
      assertThat(store.history(gtin)).extracting(Change::before).containsExactly(null, item);
      Item again = item(95210000001L, "again");
      store.edit(gtin, ME, before -> again);
      store.edit(gtin, ME, before -> null);
      put(item);
      assertThat(store.history(gtin))
          .extracting(Change::after)
          .containsExactly(item, null, again, null, item);
    }

    @Test
    void attributesAreKeptAndNotLostByAnImport() throws Exception {
      Item full =
          new Item(
              item(95210000001L, "").gtin(), "A", "B", "C", "{\"gpc\":\"10000045\",\"x\":[1]}");
      put(full);
      assertThat(store.find(full.gtin().value())).contains(full);
      store.edit(full.gtin().value(), ME, before -> item(95210000001L, "plain"));
      assertThat(store.history(full.gtin().value()).getLast().before()).isEqualTo(full);
    }

    @Test
    void lettersAreFoundAsPeopleTypeThem() throws Exception {
      String odd =
          "\u0141\u00f3d\u017a \u00d8l Stra\u00dfe \u00c6ble \u0152uf \u0110akovo I\u015f\u0131k"
              + " \u00derir \u00e9t\u00e9 \u039f\u03b4\u03cc\u03c2";
      put(item(95210000001L, odd, "R\u00f8dgr\u00f8d", "\u0130stanbul"));
      for (String typed :
          List.of(
              "lodz",
              "ol",
              "strasse",
              "aeble",
              "oeuf",
              "dakovo",
              "isik",
              "thrir",
              "ete",
              "\u03bf\u03b4\u03bf\u03c2",
              "\u039f\u0394\u039f\u03a3",
              "rodgrod",
              "istanbul")) {
        assertThat(names(search(typed, "", "", ""))).as(typed).containsExactly(odd);
      }
    }

    @Test
    void aShortWordIsOneOfItsOwnAndARepeatedOneIsDropped() throws Exception {
      put(
          item(95210000001L, "Oat o"),
          item(95210000002L, "Oats"),
          item(95210000003L, "\u725b\u4e73"));

      assertThat(names(search("o", "", "", ""))).containsExactly("Oat o");
      assertThat(names(search("\u725b", "", "", ""))).containsExactly("\u725b\u4e73");
      assertThat(Words.of("oat OAT \u00f6at o o o")).containsExactly("oat", "o");
    }

    @Test
    void aNumberOrItsBeginningIsFoundAsItIsPrinted() throws Exception {
      put(
          item(61414100041L, "of twelve"),
          item(952100000001L, "of thirteen"),
          item(9521000L, "of eight"));

      assertThat(names(digits("6141"))).containsExactly("of twelve");
      assertThat(names(digits("06141"))).containsExactly("of twelve");
      assertThat(names(digits("9521"))).containsExactly("of eight", "of thirteen");
      assertThat(names(digits("09521"))).containsExactly("of thirteen");
    }

    private static Search digits(String digits) {
      return new Search(Words.of(digits), digits, "", "", "", 0, 50);
    }

    /** Holds whatever an import holds that is about to end, until it is let go. */
    abstract AutoCloseable busy() throws Exception;

    @Test
    void aWriteBesideAnotherOneIsAnsweredSoonAndNotAppliedLater() throws Exception {
      Item item = item(95210000001L, "late");
      long gtin = item.gtin().value();
      try (AutoCloseable held = busy()) {
        assertThat(held).as("is let go after the answer").isNotNull();
        assertThatThrownBy(() -> store.edit(gtin, ME, before -> item))
            .isInstanceOfSatisfying(
                SQLException.class, failed -> assertThat(store.isBusyBecauseOf(failed)).isTrue());
      }
      assertThat(store.find(gtin)).isEmpty();
      store.edit(gtin, ME, before -> item);
      assertThat(store.find(gtin)).contains(item);
    }
  }
}
