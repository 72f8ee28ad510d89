package io.sluice.gateway.cli;

import io.sluice.gateway.config.Problem;
import io.sluice.gateway.fleet.TreeCheck;
import io.sluice.gateway.fleet.TreeFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads and compiles a folder of routes as a gateway would. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice validate config/routes",
    description =
        "Checks a folder of routes without a store: reads, compiles, and prints what is wrong, one"
            + " line each.")
public final class ValidateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR",
      description = "a folder that mirrors the key tree, such as config/routes")
  private Path folder = Path.of(".");

  @Mixin private SealOption seals = new SealOption();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() throws IOException {
    TreeFiles files = TreeFiles.read(List.of(folder));
    TreeCheck check = TreeCheck.of(files.values(), seals.keys());
    List<Problem> problems = new ArrayList<>(files.problems());
    problems.addAll(check.problems());
    problems.addAll(check.advice());
    output.problems(problems);
    long errors =
        problems.stream().filter(problem -> problem.level() == Problem.Level.ERROR).count();
    String summary =
        files.values().size()
            + " keys, "
            + errors
            + " errors, "
            + (problems.size() - errors)
            + " warnings";
    if (output.isJson()) {
      output.note(summary);
    } else {
      output.out().println(summary);
    }
    return errors == 0 ? 0 : 1;
  }
}
