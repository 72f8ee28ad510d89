package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What every command has, told without a store. */
class CommandsTest {
  @Test
  void everyCommandAndAllThatItTakesIsDescribed() {
    List<String> silent = new ArrayList<>();
    for (CommandLine command : all()) {
      String name = command.getCommandSpec().qualifiedName();
      if (command.getCommandSpec().usageMessage().description().length == 0) {
        silent.add(name);
      }
      for (OptionSpec option : command.getCommandSpec().options()) {
        if (option.description().length == 0) {
          silent.add(name + " " + option.longestName());
        }
      }
      for (PositionalParamSpec parameter : command.getCommandSpec().positionalParameters()) {
        if (parameter.description().length == 0) {
          silent.add(name + " " + parameter.paramLabel());
        }
      }
    }

    assertThat(silent).isEmpty();
  }

  @Test
  void everyCommandExplainsItself() {
    for (CommandLine command : all()) {
      String[] path = command.getCommandSpec().qualifiedName().split(" ", -1);
      String[] asked = new String[path.length];
      System.arraycopy(path, 1, asked, 0, path.length - 1);
      asked[path.length - 1] = "--help";
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();

      int status = Main.run(new PrintWriter(out), new PrintWriter(err), asked);

      assertThat(status).as("%s: %s", command.getCommandName(), err).isZero();
      assertThat(out.toString()).contains("Usage: " + command.getCommandSpec().qualifiedName());
      assertThat(err.toString()).isEmpty();
    }
  }

  @Test
  void whatNoCommandKnowsIsNamedAndNothingIsDone() {
    for (CommandLine command : all()) {
      if (command.getCommandName().equals("help")) {
        continue; // It is picocli's, and takes that for a command.
      }
      String[] path = command.getCommandSpec().qualifiedName().split(" ", -1);
      String[] asked = java.util.Arrays.copyOfRange(path, 1, path.length + 1);
      asked[path.length - 1] = "--mistyped";
      StringWriter err = new StringWriter();

      int status = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), asked);

      assertThat(status).as("%s", command.getCommandSpec().qualifiedName()).isEqualTo(2);
      assertThat(err.toString()).startsWith("sluice: ").contains("Try: sluice");
    }
  }

  @Test
  void everyCommandHasAnExample() {
    List<String> without = new ArrayList<>();
    for (CommandLine command : Main.command().getSubcommands().values()) {
      boolean shown = !command.getCommandSpec().usageMessage().hidden();
      String[] footer = command.getCommandSpec().usageMessage().footer();
      if (shown && !String.join(" ", footer).contains("Example: ")) {
        without.add(command.getCommandName());
      }
    }

    assertThat(without).containsExactly("help");
  }

  @Test
  void whatIsMistypedIsGuessed() {
    assertThat(said("fronted")).contains("Did you mean", "sluice");
    assertThat(said("get", "frontend", "--outptu", "json")).contains("--output");
    assertThat(said("get", "frontier")).contains("found \"frontier\", expected one of [listener");
  }

  private static String said(String... arguments) {
    StringWriter err = new StringWriter();
    assertThat(Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments))
        .isEqualTo(2);
    return err.toString();
  }

  @Test
  void aCommandIsFoundByItsName() {
    for (CommandLine command : Main.command().getSubcommands().values()) {
      String name = command.getCommandName();

      assertThat(Main.command(name).getSubcommands()).containsKey(name);
      assertThat(command.getCommand().getClass().getAnnotation(CommandLine.Command.class).name())
          .isEqualTo(name);
    }
  }

  private static List<CommandLine> all() {
    List<CommandLine> all = new ArrayList<>();
    add(Main.command(), all);
    return all;
  }

  private static void add(CommandLine command, List<CommandLine> to) {
    to.add(command);
    command.getSubcommands().values().forEach(each -> add(each, to));
  }
}
