package io.sluice.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceIT extends ConfigSourceContract {
  @TempDir private Path folder;

  @Override
  ConfigSource open() throws IOException {
    return new FolderSource(folder);
  }

  @Override
  void put(String key, String value) throws IOException {
    Path file = folder.resolve(key + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, value);
  }

  @Override
  void remove(String key) throws IOException {
    Files.delete(folder.resolve(key + ".json"));
  }

  @Test
  void otherFilesAreNoKeys() throws Exception {
    put("listeners/a", "1");
    Files.writeString(folder.resolve("README.md"), "words");
    Files.writeString(folder.resolve("listeners/a.json~"), "backup");
    try (ConfigSource source = open()) {
      assertThat(values(source.await(Duration.ofSeconds(5)))).isEqualTo(Map.of("listeners/a", "1"));
    }
  }

  @Test
  void aFolderThatGoesAwayKeepsItsLastTree() throws Exception {
    put("a", "1");
    try (ConfigSource source = open()) {
      source.await(Duration.ofSeconds(5));
      Path aside = folder.resolveSibling(folder.getFileName() + "-aside");
      Files.move(folder, aside);

      assertThat(source.await(Duration.ofSeconds(6))).isNull();
      assertThat(source.status().connected()).isFalse();
      Files.move(aside, folder);
    }
  }
}
