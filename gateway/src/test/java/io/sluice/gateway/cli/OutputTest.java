package io.sluice.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.Problem;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class OutputTest {
  private static final List<String> HEADER = List.of("id", "names", "count");
  private static final List<List<Object>> ROWS =
      List.of(List.of("a", List.of("x", "y"), 7), List.of("longer", List.of(), 12345));

  /** A command that prints. */
  @Command(name = "print")
  static final class Print {
    @Mixin Output output = new Output();
  }

  @Test
  void aTableIsAlignedAndHasNoBlanksAtItsEnd() {
    assertThat(printed(output -> output.rows(HEADER, ROWS)))
        .isEqualToNormalizingNewlines(
            """
            ID      NAMES  COUNT
            a       x,y    7
            longer         12345
            """);
  }

  @Test
  void nothingFoundIsAHeaderForPeopleAndAnEmptyListForPrograms() {
    assertThat(printed(output -> output.rows(HEADER, List.of())).strip())
        .isEqualTo("ID  NAMES  COUNT");
    assertThat(
            printed(output -> output.rows(HEADER, List.of()), "--output", "json")
                .replaceAll("\\s", ""))
        .isEqualTo("[]");
  }

  @Test
  void programsGetNumbersAndListsAsSuch() {
    assertThat(
            printed(output -> output.rows(HEADER, ROWS), "--output", "JSON").replaceAll("\\s", ""))
        .isEqualTo(
            "[{\"id\":\"a\",\"names\":[\"x\",\"y\"],\"count\":7},"
                + "{\"id\":\"longer\",\"names\":[],\"count\":12345}]");
  }

  @Test
  void aProblemIsOneLine() {
    List<Problem> problems = List.of(Problem.error("listeners/l", "a typo", "none"));

    assertThat(printed(output -> output.problems(problems)))
        .isEqualToNormalizingNewlines("error: listeners/l: found a typo, expected none\n");
  }

  private static String printed(java.util.function.Consumer<Output> what, String... arguments) {
    Print print = new Print();
    StringWriter text = new StringWriter();
    CommandLine command = new CommandLine(print).setOut(new PrintWriter(text));
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.parseArgs(arguments);
    what.accept(print.output);
    return text.toString();
  }
}
