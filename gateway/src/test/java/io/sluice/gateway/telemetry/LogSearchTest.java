package io.sluice.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSearchTest {
  @TempDir private Path folder;

  /** Wherever it stands, also where one block ends and the next begins. */
  @Test
  void theLastLineWithATextIsFoundWhereverItStands() throws IOException {
    String line = "{\"id\":\"wanted\"}";
    for (int before : new int[] {0, 10, (1 << 20) - 8, (1 << 20) - 1, 1 << 20, 3 << 20}) {
      for (int after : new int[] {0, 1, (1 << 20) - 8, (1 << 20) + 3, 2 << 20}) {
        Path file =
            Files.writeString(folder.resolve("log"), filler(before) + line + "\n" + filler(after));
        assertThat(new LogSearch("\"wanted\"").in(file)).as(before + " " + after).isEqualTo(line);
      }
    }
  }

  private static String filler(int bytes) {
    return bytes == 0 ? "" : "x".repeat(bytes - 1) + "\n";
  }

  @Test
  void ofTwoLinesTheLastCountsAndAMissingOneIsNone() throws IOException {
    Path file = Files.writeString(folder.resolve("log"), "a 1\nb 2\na 3\nc 4");

    assertThat(new LogSearch("a ").in(file)).isEqualTo("a 3");
    assertThat(new LogSearch("c 4").in(file)).isEqualTo("c 4");
    assertThat(new LogSearch("d").in(file)).isNull();
    assertThat(new LogSearch("d").in(Files.createFile(folder.resolve("empty")))).isNull();
  }
}
