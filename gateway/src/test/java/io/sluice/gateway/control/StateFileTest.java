package io.sluice.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.config.KeyTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
  @TempDir private Path folder;
  private StateFile file;

  @BeforeEach
  void open() throws IOException {
    file = new StateFile(folder);
  }

  @Test
  void whatWasSavedIsLoaded() throws IOException {
    file.save(new LastGood(tree(7, "listeners/b", "one", "listeners/c", "").values(), 7, 42));
    file.save(new LastGood(tree(8, "listeners/b", "two", "listeners/c", "").values(), 8, 42));

    Snapshot loaded = file.load();

    assertThat(loaded.clusterId()).isEqualTo(42);
    assertThat(loaded.tree().revision()).isEqualTo(8);
    assertThat(loaded.tree().values())
        .hasSize(2)
        .containsEntry("listeners/b", "two".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void nothingIsLoadedWhereNothingWasSaved() throws IOException {
    assertThat(file.load()).isNull();
  }

  @Test
  void aFileThatWasCutOrChangedIsNeverUsed() throws IOException {
    file.save(new LastGood(tree(7, "frontends/f/frontend", "{}").values(), 7, 42));
    byte[] good = Files.readAllBytes(file.path());
    for (int i = 0; i < good.length; i++) {
      byte[] changed = good.clone();
      changed[i] ^= 1;
      Files.write(file.path(), changed);
      assertThatThrownBy(file::load).isInstanceOf(IOException.class);
      Files.write(file.path(), java.util.Arrays.copyOf(good, i));
      assertThatThrownBy(file::load).isInstanceOf(IOException.class);
    }
  }

  @Test
  void onlyTheOwnerMayReadIt() throws IOException {
    file.save(new LastGood(tree(1, "a", "b").values(), 1, 0));

    assertThat(Files.getPosixFilePermissions(file.path()))
        .extracting(Enum::name)
        .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
  }

  @Test
  void aTreeThatCannotContinueTheServedOneIsDoubted() {
    Snapshot served = found(100, 1, "frontends/f/frontend", "{}");

    assertThat(StoreGuard.doubt(served, found(101, 1, "frontends/g/frontend", "{}"))).isEmpty();
    assertThat(StoreGuard.doubt(served, found(101, 2, "frontends/g/frontend", "{}")))
        .contains("another cluster");
    assertThat(StoreGuard.doubt(served, found(5, 1, "frontends/g/frontend", "{}")))
        .contains("went back");
    assertThat(StoreGuard.doubt(served, found(101, 1))).contains("no frontend");
    assertThat(StoreGuard.doubt(served, found(5, 2, "frontends/f/frontend", "{}"))).isEmpty();
  }

  private static Snapshot found(long revision, long clusterId, String... keysAndValues) {
    return new Snapshot(tree(revision, keysAndValues), Snapshot.ETCD, clusterId);
  }

  private static KeyTree tree(long revision, String... keysAndValues) {
    KeyTree.Editor tree = KeyTree.EMPTY.edit().revision(revision);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      tree.put(keysAndValues[i], keysAndValues[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return tree.done();
  }
}
