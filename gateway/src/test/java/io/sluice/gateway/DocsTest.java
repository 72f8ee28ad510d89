package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.http.Reason;
import io.sluice.gateway.telemetry.Metric;
import io.sluice.testkit.Top;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The pages name all that there is, and nothing that is not there. */
class DocsTest {
  private static final Path PAGES = Top.path("gateway", "docs");
  private static final Pattern NAME = Pattern.compile("\\bsluice_[a-z_]+\\b");
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

  /** Made anew by {@code -Dformat=apply}. */
  @Test
  void thePageOfMetricsIsMadeOfTheListOfThem() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics

            What `/metrics` has besides the JVM's own. Where Prometheus asks for OpenMetrics, the buckets of durations lead to traces (exemplars), if there are some (`serve --otlp`). Names of frontends, backends, stages and hosts are labels, so there are as many series as there are of those: for a frontend one of
            `sluice_requests_total` for each listener, backend and status that occurs and 17 of each duration; two of bytes; two for a backend; for a server five for each backend that has it; for a listener two, and one for each version of TLS. [operating.md](operating.md) says what to look at, [deploy/observe](../../deploy/observe) has a board and alerts.

            | name | labels | says |
            |---|---|---|
            """);
    for (Metric metric : Metric.values()) {
      page.append("| `").append(metric.written()).append("` | ");
      page.append(
          metric.labels().stream().map(each -> "`" + each + "`").collect(Collectors.joining(", ")));
      page.append(" | ").append(metric.help()).append(" |\n");
    }
    Path file = PAGES.resolve("metrics.md");
    if ("apply".equals(System.getProperty("format"))) {
      Files.writeString(file, page);
    }
    assertThat(file).hasContent(page.toString());
  }

  @Test
  void whereverAMetricIsNamedItIsOne() throws IOException {
    Set<String> known = new HashSet<>();
    for (Metric metric : Metric.values()) {
      known.add(metric.written());
      if (metric.kind() == Metric.Kind.TIME) {
        Stream.of("_bucket", "_count", "_sum", "_max")
            .map(metric.written()::concat)
            .forEach(known::add);
      }
    }
    List<String> unknown = new ArrayList<>();
    for (Path folder : List.of(PAGES, Top.path("deploy", "observe"), Top.path("README.md"))) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path file : all.filter(DocsTest::isText).toList()) {
          NAME.matcher(Files.readString(file))
              .results()
              .map(MatchResult::group)
              // What stands for several: sluice_server_…
              .filter(name -> known.stream().noneMatch(each -> each.equals(name)))
              .filter(name -> !name.endsWith("_"))
              .forEach(name -> unknown.add(file.getFileName() + ": " + name));
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  private static boolean isText(Path file) {
    return Files.isRegularFile(file) && !file.toString().endsWith(".png");
  }

  @Test
  void everyPageIsInTheListAndEveryLinkLeadsSomewhere() throws IOException {
    List<Path> pages;
    try (Stream<Path> all = Files.list(PAGES)) {
      pages = all.filter(page -> page.toString().endsWith(".md")).toList();
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
