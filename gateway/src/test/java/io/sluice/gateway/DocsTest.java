package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.http.Reason;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The pages name all that there is, and nothing that is not there. */
class DocsTest {
  private static final Path PAGES = Top.path("gateway", "docs");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

  private static String page(String name) throws IOException {
    return Files.readString(PAGES.resolve(name));
  }

  @Test
  void everyReasonHasItsLineWithItsStatusAndItsCure() throws IOException {
    String page = page("troubleshooting.md");
    for (Reason reason : Reason.values()) {
      assertThat(page)
          .containsPattern(
              "(?m)^\\| `"
                  + reason.label()
                  + "` \\| "
                  + reason.status()
                  + " \\| .+ \\| .{10,} \\|$");
    }
  }

  @Test
  void everyCommandIsInTheTable() throws IOException {
    String page = page("commands.md");
    for (CommandLine command : Main.command().getSubcommands().values()) {
      if (!command.getCommandSpec().usageMessage().hidden()) {
        assertThat(page).contains("`" + command.getCommandName());
      }
    }
  }

  @Test
  void everyPageIsInTheListAndEveryLinkLeadsSomewhere() throws IOException {
    List<Path> pages;
    try (Stream<Path> all = Files.list(PAGES)) {
      pages = all.filter(Files::isRegularFile).toList();
    }
    List<String> broken = new ArrayList<>();
    for (Path page : pages) {
      String name = page.getFileName().toString();
      if (!name.equals("README.md")) {
        assertThat(page("README.md")).contains("(" + name + ")");
      }
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        if (!Files.exists(PAGES.resolve(link.group(1)))) {
          broken.add(name + ": " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }
}
