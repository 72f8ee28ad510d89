package io.sluice.gateway;

import io.sluice.gateway.cli.ValidateCommand;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code sluice} command. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
    name = "sluice",
    mixinStandardHelpOptions = true,
    version = "sluice 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    description = "A reverse proxy that is steered through etcd.")
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    CommandLine serve = new CommandLine(new ServeCommand());
    CommandLine command =
        new CommandLine(new Main())
            .addSubcommand(serve)
            .addSubcommand(new ValidateCommand())
            .addSubcommand(new RehearseCommand());
    command.setParameterExceptionHandler(
        (wrong, args) -> {
          wrong.getCommandLine().getErr().println("sluice: " + wrong.getMessage());
          wrong
              .getCommandLine()
              .getErr()
              .println(
                  "Try: sluice "
                      + (wrong.getCommandLine() == command
                          ? ""
                          : wrong.getCommandLine().getCommandName() + " ")
                      + "--help");
          return CommandLine.ExitCode.USAGE;
        });
    try {
      LayeredDefaults defaults = LayeredDefaults.of(arguments, System.getenv());
      for (String key : defaults.unknownKeys(serve)) {
        System.err.println(
            "sluice: the configuration file: found the key \""
                + key
                + "\", expected an option of sluice serve");
        return CommandLine.ExitCode.USAGE;
      }
      serve.setDefaultValueProvider(defaults);
    } catch (IOException unreadable) {
      System.err.println("sluice: " + unreadable.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    if (arguments.length == 0) {
      command.usage(System.err);
      return CommandLine.ExitCode.USAGE;
    }
    return command.execute(arguments);
  }
}
