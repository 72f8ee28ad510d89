package io.sluice.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreeFilesTest {
  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsWhatIsRead() throws IOException {
    Map<String, String> tree = Map.of("listeners/l", "{}", "hosts/a.example/host", "{\"a\":1}");

    TreeFiles.write(folder, tree);

    assertThat(TreeFiles.read(List.of(folder)).values()).containsExactlyInAnyOrderEntriesOf(tree);
  }

  @Test
  void whatIsWrittenIsItsOwnersAlone() throws IOException {
    Path key = Files.createDirectories(folder.resolve("hosts/h")).resolve("host.json");
    Files.writeString(key, "old");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    TreeFiles.write(folder, Map.of("hosts/h/host", "secret"));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../out", "listeners/../../out", "a/../../../etc/out"})
  void noKeyLeadsOutOfTheFolder(String key) {
    assertThatThrownBy(() -> TreeFiles.write(folder.resolve("in"), Map.of(key, "{}")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(key);
  }

  @Test
  void laterFoldersWinAndOtherFilesAreNamed() throws IOException {
    Path below = Files.createDirectories(folder.resolve("below/listeners"));
    Path above = Files.createDirectories(folder.resolve("above/listeners"));
    Files.writeString(below.resolve("l.json"), "1");
    Files.writeString(below.resolve("only.json"), "2");
    Files.writeString(above.resolve("l.json"), "3");
    Files.writeString(above.resolve("notes.txt"), "");

    TreeFiles read = TreeFiles.read(List.of(folder.resolve("below"), folder.resolve("above")));

    assertThat(read.values())
        .containsEntry("listeners/l", "3")
        .containsEntry("listeners/only", "2");
    assertThat(read.problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.where()).isEqualTo("listeners/notes.txt"));
  }

  @Test
  void aFolderWithoutATreeIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> TreeFiles.read(List.of(folder)))
        .hasMessageContaining(folder.toString());
    assertThatThrownBy(() -> TreeFiles.read(List.of(folder.resolve("no"))))
        .hasMessageContaining("found no folder");
  }
}
