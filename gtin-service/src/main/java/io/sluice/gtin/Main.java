package io.sluice.gtin;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code gtin-service} command. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
    name = "gtin-service",
    mixinStandardHelpOptions = true,
    version = "gtin-service 0.1.0",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      ImportCommand.class,
      ExportCommand.class
    },
    description = "Looks trade items up by their GTIN.")
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new Main());
    command.setParameterExceptionHandler(
        (wrong, args) -> {
          wrong.getCommandLine().getErr().println("gtin-service: " + wrong.getMessage());
          wrong
              .getCommandLine()
              .getErr()
              .println(
                  "Try: " + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help");
          return CommandLine.ExitCode.USAGE;
        });
    if (arguments.length == 0) {
      command.usage(System.err);
      System.exit(CommandLine.ExitCode.USAGE);
    }
    System.exit(command.execute(arguments));
  }
}
