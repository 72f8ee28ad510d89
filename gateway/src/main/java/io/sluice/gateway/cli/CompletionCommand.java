package io.sluice.gateway.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what makes a shell complete our commands. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    footer = "%nExample: source <(sluice completion)",
    description =
        "Prints completion for bash and zsh: source <(sluice completion), in zsh after autoload -U"
            + " +X bashcompinit && bashcompinit.")
public final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(AutoComplete.bash("sluice", spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
