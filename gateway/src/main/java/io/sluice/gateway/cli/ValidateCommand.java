package io.sluice.gateway.cli;

import io.sluice.gateway.config.Config;
import io.sluice.gateway.config.ConfigReader;
import io.sluice.gateway.config.KeyTree;
import io.sluice.gateway.config.Problem;
import io.sluice.gateway.table.RoutingTable;
import io.sluice.gateway.table.TableCompiler;
import io.sluice.gateway.telemetry.Telemetry;
import io.sluice.gateway.upstream.Endpoints;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Reads and compiles a folder of routes as a gateway would, without a store and without binding
 * anything.
 */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description =
        "Checks a folder of routes without a store: reads, compiles, and prints what is wrong, one"
            + " line each.")
public final class ValidateCommand implements Callable<Integer> {
  private static final String SUFFIX = ".json";

  @Parameters(
      paramLabel = "DIR",
      description = "a folder that mirrors the key tree, such as config/routes")
  private Path folder = Path.of(".");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (!Files.isDirectory(folder)) {
      spec.commandLine()
          .getErr()
          .println(
              "sluice: " + folder + ": found no folder, expected one that mirrors the key tree");
      return 1;
    }
    Path root = folder.toRealPath();
    KeyTree tree = new KeyTree();
    List<Problem> problems = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(file).toString();
        if (name.endsWith(SUFFIX)) {
          tree.put(name.substring(0, name.length() - SUFFIX.length()), Files.readAllBytes(file));
        } else {
          problems.add(
              Problem.warning(name, "a file that is not read", "a name that ends in .json"));
        }
      }
    }
    Config config = new ConfigReader().read(tree);
    try (Telemetry telemetry = new Telemetry()) {
      TableCompiler compiler =
          new TableCompiler(new Endpoints(List.of()), telemetry, System::nanoTime);
      problems.addAll(compiler.compile(config, RoutingTable.EMPTY).problems());
    }
    for (Problem problem : problems) {
      out.println(problem.level().name().toLowerCase(java.util.Locale.ROOT) + ": " + problem);
    }
    long errors =
        problems.stream().filter(problem -> problem.level() == Problem.Level.ERROR).count();
    out.println(
        tree.size() + " keys, " + errors + " errors, " + (problems.size() - errors) + " warnings");
    return errors == 0 ? 0 : 1;
  }
}
