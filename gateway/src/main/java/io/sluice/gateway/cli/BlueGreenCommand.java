package io.sluice.gateway.cli;

import io.sluice.gateway.rollout.Shift;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves a frontend to another backend in one transaction. */
@Command(
    name = "blue-green",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice rollout blue-green web --to web-2 --smoke /healthz",
    sortOptions = false,
    description =
        "Moves everything in one transaction once the new backend is ready and its servers answer"
            + " the smoke requests; the old one stays as it is, so that abort goes back at once.")
public final class BlueGreenCommand implements Callable<Integer> {
  private static final List<Integer> ALL_AT_ONCE = List.of(100);

  @Parameters(paramLabel = "FRONTEND", description = "the id of what is moved")
  private String frontend = "";

  @Option(names = "--to", required = true, paramLabel = "BACKEND", description = "what is new")
  private String to = "";

  @Option(
      names = "--smoke",
      paramLabel = "PATH",
      description = "every new server must answer it with 200 first; may be repeated")
  private List<String> smoke = new ArrayList<>();

  @Option(
      names = "--keep",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "watch it for so long, ready to go back (${DEFAULT-VALUE})")
  private int keep;

  @Option(
      names = "--judge",
      defaultValue = "",
      paramLabel = "JUDGEMENT",
      description = "what must hold in that time")
  private String judgement = "";

  @Option(
      names = "--timeout",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description = "how long anything is waited for (${DEFAULT-VALUE})")
  private int timeout = 60;

  @Mixin private RolloutRunner runner = new RolloutRunner();

  @Override
  public Integer call() throws IOException, InterruptedException {
    return runner.start(
        new Shift(
            "blue-green",
            frontend,
            "",
            to,
            ALL_AT_ONCE,
            "",
            "",
            judgement,
            1,
            keep,
            timeout,
            List.copyOf(smoke),
            ""));
  }
}
