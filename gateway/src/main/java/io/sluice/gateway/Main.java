package io.sluice.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.gateway.cli.AcceptCommand;
import io.sluice.gateway.cli.AccessCommand;
import io.sluice.gateway.cli.ApplyCommand;
import io.sluice.gateway.cli.CertsCommand;
import io.sluice.gateway.cli.CompletionCommand;
import io.sluice.gateway.cli.DescribeCommand;
import io.sluice.gateway.cli.DiffCommand;
import io.sluice.gateway.cli.DrainCommand;
import io.sluice.gateway.cli.EditCommand;
import io.sluice.gateway.cli.ExplainCommand;
import io.sluice.gateway.cli.ExportCommand;
import io.sluice.gateway.cli.GetCommand;
import io.sluice.gateway.cli.HistoryCommand;
import io.sluice.gateway.cli.ProblemsCommand;
import io.sluice.gateway.cli.RegisterCommand;
import io.sluice.gateway.cli.RmCommand;
import io.sluice.gateway.cli.RolloutCommand;
import io.sluice.gateway.cli.SecretCommand;
import io.sluice.gateway.cli.ServersCommand;
import io.sluice.gateway.cli.StatusCommand;
import io.sluice.gateway.cli.StoreOptions;
import io.sluice.gateway.cli.TapCommand;
import io.sluice.gateway.cli.TopCommand;
import io.sluice.gateway.cli.UndoCommand;
import io.sluice.gateway.cli.UpsertCommand;
import io.sluice.gateway.cli.ValidateCommand;
import io.sluice.gateway.cli.WhyCommand;
import io.sluice.gateway.fleet.Kind;
import io.sluice.gateway.store.StoreAwayException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice} command. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
    name = "sluice",
    mixinStandardHelpOptions = true,
    version = Main.VERSION,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      ApplyCommand.class,
      DiffCommand.class,
      ValidateCommand.class,
      GetCommand.class,
      DescribeCommand.class,
      UpsertCommand.class,
      RmCommand.class,
      ExportCommand.class,
      AccessCommand.class,
      StatusCommand.class,
      ProblemsCommand.class,
      ServersCommand.class,
      TopCommand.class,
      ExplainCommand.class,
      WhyCommand.class,
      TapCommand.class,
      HistoryCommand.class,
      UndoCommand.class,
      AcceptCommand.class,
      SecretCommand.class,
      CertsCommand.class,
      DrainCommand.class,
      RegisterCommand.class,
      RolloutCommand.class,
      EditCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class,
      RehearseCommand.class
    },
    description = "A reverse proxy that is steered through etcd.")
public final class Main {
  static final String VERSION = "sluice 0.1.0";

  /** The same without its commands. */
  @Command(name = "sluice", mixinStandardHelpOptions = true, version = VERSION)
  private static final class Alone {}

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(
        run(
            new PrintWriter(System.out, true, UTF_8),
            new PrintWriter(System.err, true, UTF_8),
            arguments));
  }

  /**
   * What these arguments can mean. A command that they begin with is read alone: reading all of
   * them takes longer than most commands do.
   */
  static CommandLine command(String... arguments) {
    if (arguments.length == 1 && (arguments[0].equals("--version") || arguments[0].equals("-V"))) {
      return new CommandLine(new Alone());
    }
    for (Class<?> command : Main.class.getAnnotation(Command.class).subcommands()) {
      boolean named =
          arguments.length > 0
              && command.getAnnotation(Command.class).name().equals(arguments[0])
              && command != CompletionCommand.class
              && command != CommandLine.HelpCommand.class;
      if (named) {
        return new CommandLine(new Alone()).addSubcommand(command);
      }
    }
    return new CommandLine(new Main());
  }

  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine command = command(arguments);
    command.setOut(out).setErr(err);
    command.setParameterExceptionHandler(
        (wrong, args) -> {
          wrong.getCommandLine().getErr().println("sluice: " + wrong.getMessage());
          if (wrong instanceof CommandLine.UnmatchedArgumentException unmatched
              && !unmatched.getSuggestions().isEmpty()) {
            wrong
                .getCommandLine()
                .getErr()
                .println("Did you mean: " + String.join(" or ", unmatched.getSuggestions()) + "?");
          }
          wrong
              .getCommandLine()
              .getErr()
              .println(
                  "Try: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
          return CommandLine.ExitCode.USAGE;
        });
    command.setExecutionExceptionHandler(
        (failed, failing, args) -> {
          failing.getErr().println("sluice: " + reason(failed, failing, err));
          return CommandLine.ExitCode.SOFTWARE;
        });
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.registerConverter(Kind.class, Main::kind);
    try {
      LayeredDefaults defaults = LayeredDefaults.of(arguments, System.getenv());
      for (String key : defaults.unknownKeys(() -> new CommandLine(new ServeCommand()))) {
        err.println(
            "sluice: the configuration file: found the key \""
                + key
                + "\", expected an option of sluice serve");
        return CommandLine.ExitCode.USAGE;
      }
      for (String variable : defaults.unknownVariables(Main::command)) {
        err.println(
            "sluice: the environment: found "
                + variable
                + ", expected the name of an option, such as SLUICE_DRAIN_TIMEOUT for"
                + " --drain-timeout");
        return CommandLine.ExitCode.USAGE;
      }
      command.setDefaultValueProvider(defaults);
    } catch (IOException unreadable) {
      err.println("sluice: " + unreadable.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    if (arguments.length == 0) {
      command.usage(err);
      return CommandLine.ExitCode.USAGE;
    }
    return command.execute(arguments);
  }

  private static Kind kind(String name) {
    try {
      return Kind.of(name);
    } catch (IllegalArgumentException none) {
      throw new CommandLine.TypeConversionException(String.valueOf(none.getMessage()));
    }
  }

  /** What a person can do something about; a bug shows where it is. */
  private static String reason(Exception failed, CommandLine failing, PrintWriter err) {
    if (failed instanceof StoreAwayException) {
      return "etcd at "
          + StoreOptions.endpoints(failing.getCommandSpec())
          + ": found no answer ("
          + failed.getMessage()
          + "); --etcd names another";
    }
    if (!(failed instanceof IOException)) {
      failed.printStackTrace(err);
    }
    return String.valueOf(failed.getMessage());
  }
}
