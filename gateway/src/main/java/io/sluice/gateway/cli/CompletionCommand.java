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
  /**
   * What no command line's description knows: the ids that the store has. Asked with the options of
   * the environment, and in silence where there is no store.
   */
  private static final String IDS =
      """
      # The words after a kind of object are the ids that the store has.
      _sluice_ids() {
        local kind="" word=${COMP_WORDS[COMP_CWORD]}
        case "${COMP_WORDS[1]}:$COMP_CWORD" in
          get:3|describe:3|edit:3|rm:3|upsert:3|history:3|drain:3) kind=${COMP_WORDS[2]} ;;
          servers:2) kind=backend ;;
        esac
        if [ -n "$kind" ] && [[ $word != -* ]]; then
          local ids
          ids=$("${COMP_WORDS[0]}" get "$kind" -o name 2>/dev/null </dev/null)
          if [ -n "$ids" ]; then
            COMPREPLY=($(compgen -W "$ids" -- "$word"))
            return
          fi
        fi
        _complete_sluice "$@"
      }
      complete -F _sluice_ids -o default sluice\
      """;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(AutoComplete.bash("sluice", spec.root().commandLine()));
    spec.commandLine().getOut().println(IDS);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
