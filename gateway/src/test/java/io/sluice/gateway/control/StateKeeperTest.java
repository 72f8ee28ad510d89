package io.sluice.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateKeeperTest {
  private static final Duration FOR_EVER = Duration.ofHours(1);

  @TempDir private Path folder;
  private StateFile file;

  @BeforeEach
  void open() throws Exception {
    file = new StateFile(folder);
  }

  @Test
  void theLatestTreeIsOnDiskWhenItIsStoppedHoweverLongItRests() throws Exception {
    StateKeeper keeper = new StateKeeper(file, FOR_EVER);
    keeper.keep(tree(1));
    Awaitility.await().until(() -> revision() == 1);

    keeper.keep(tree(2));
    keeper.keep(tree(3));
    assertThat(revision()).isEqualTo(1);
    keeper.stop();

    assertThat(revision()).isEqualTo(3);
  }

  @Test
  void whatCouldNotBeWrittenIsWrittenWhenItCan() throws Exception {
    Path inTheWay = folder.resolve("last-good-tree.new");
    Files.createDirectories(inTheWay.resolve("full"));
    StateKeeper keeper = new StateKeeper(file, Duration.ofMillis(1));
    keeper.keep(tree(1));
    Awaitility.await().during(Duration.ofMillis(100)).until(() -> revision() == 0);

    Files.delete(inTheWay.resolve("full"));
    Awaitility.await().until(() -> revision() == 1);
    keeper.stop();
  }

  @Test
  void oneThatCannotBeWrittenAtAllDoesNotKeepTheNextFromBeingWritten() throws Exception {
    StateKeeper keeper = new StateKeeper(file, Duration.ofMillis(1));
    Map<String, byte[]> tooMuch =
        new AbstractMap<>() {
          @Override
          public Set<Entry<String, byte[]>> entrySet() {
            throw new OutOfMemoryError("for the test");
          }
        };
    keeper.keep(new LastGood(tooMuch, 1, 1));
    keeper.keep(tree(2));

    Awaitility.await().until(() -> revision() == 2);
    keeper.stop();
  }

  private long revision() throws Exception {
    Snapshot kept = file.load();
    return kept == null ? 0 : kept.tree().revision();
  }

  private static LastGood tree(long revision) {
    return new LastGood(Map.of("frontends/f/frontend", new byte[] {'{', '}'}), revision, 1);
  }
}
