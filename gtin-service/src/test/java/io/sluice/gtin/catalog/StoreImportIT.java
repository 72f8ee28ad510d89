package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of imports, and what is kept of them. */
class StoreImportIT extends StoreLaws {
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
            new Import.Result(3, 1, 0, 0, 2, 1, Map.of("trimmed", 1L), Map.of("gtin", "ean")), 0.5);
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

  /** Of every three numbers one is as it was, one is another, one is new. */
  @Test
  void newAndOtherItemsAmongEachOtherAreFoundByTheirWords() throws Exception {
    int many = 3_000;
    Item[] before = new Item[many];
    Item[] now = new Item[many];
    for (int i = 0; i < many; i++) {
      before[i] = item(95210000000L + (i % 3 == 2 ? many : 0) + i, "before");
      now[i] = item(95210000000L + i, i % 3 == 0 ? "before" : "now");
    }
    put(before);
    put(now);

    assertThat(store.tally(search("now", "", "", "")).total()).isEqualTo(many / 3 * 2);
    assertThat(store.tally(search("before", "", "", "")).total()).isEqualTo(many / 3 * 2);
    assertThat(store.count()).isEqualTo(many / 3 * 4);
  }
}
