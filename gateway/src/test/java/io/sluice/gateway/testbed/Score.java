package io.sluice.gateway.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Top;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many attacks of each kind were withstood, and the table in {@code gateway/README.md} that
 * says so; {@code -Dscore.apply=true} writes it there.
 */
public final class Score {
  private final String name;
  private final Map<String, Integer> withstood = new LinkedHashMap<>();

  /**
   * @param name of the comments between which the table stands
   */
  public Score(String name) {
    this.name = name;
  }

  public void withstood(String kind) {
    withstood.merge(kind, 1, Integer::sum);
  }

  /** Fails where the table is not the truth. */
  public void publish() throws IOException {
    StringBuilder table = new StringBuilder("| what is tried | withstood |\n|---|---|\n");
    withstood.forEach(
        (kind, count) ->
            table.append("| ").append(kind).append(" | ").append(count).append(" |\n"));
    Path readme = Top.path("gateway", "README.md");
    String text = Files.readString(readme);
    String begin = "<!-- " + name + " -->\n";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf("<!-- /" + name + " -->");
    assertThat(from).isGreaterThan(begin.length());
    assertThat(to).isGreaterThan(from - 1);
    if (Boolean.getBoolean("score.apply")) {
      Files.writeString(readme, text.substring(0, from) + table + text.substring(to));
    } else {
      assertThat(text.substring(from, to)).isEqualTo(table.toString());
    }
  }
}
