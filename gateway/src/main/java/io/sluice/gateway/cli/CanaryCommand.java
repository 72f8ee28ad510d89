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

/** Moves a frontend to another backend by steps. */
@Command(
    name = "canary",
    mixinStandardHelpOptions = true,
    footer = "%nExample: sluice rollout canary web --to web-2 --steps 5,25,100",
    sortOptions = false,
    description = "Moves a share of the requests at a time, each share judged before the next.")
public final class CanaryCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FRONTEND", description = "the id of what is moved")
  private String frontend = "";

  @Option(names = "--to", required = true, paramLabel = "BACKEND", description = "what is new")
  private String to = "";

  @Option(
      names = "--steps",
      split = ",",
      defaultValue = "1,5,25,50,100",
      paramLabel = "PERCENT",
      description = "0 for testers alone (${DEFAULT-VALUE})")
  private List<Integer> steps = new ArrayList<>();

  @Option(
      names = "--testers",
      defaultValue = "",
      paramLabel = "ROUTE",
      description =
          "requests that match it get the new backend from the first step on, such as"
              + " Header(`X-Tester`, `yes`) or HeaderRegexp(`Cookie`, `tester=yes`)")
  private String testers = "";

  @Option(
      names = "--sticky",
      defaultValue = "",
      paramLabel = "KEY",
      description =
          "who is in the new backend's share stays in it: client.ip, request.path,"
              + " request.header.NAME or request.cookie.NAME")
  private String sticky = "";

  @Option(
      names = "--judge",
      defaultValue =
          "ResponseCodeRatio(500, 600, 0, 600) < 0.01 && LatencyAtQuantileMS(99.0) < 2 * baseline +"
              + " 50",
      paramLabel = "JUDGEMENT",
      description =
          "what must hold in each step, times in milliseconds; 50 of them are what delayed"
              + " acknowledgements may add to rare requests (${DEFAULT-VALUE})")
  private String judgement = "";

  @Option(
      names = "--min-requests",
      defaultValue = "100",
      paramLabel = "N",
      description = "answers of the new backend that a judgement takes (${DEFAULT-VALUE})")
  private long minRequests = 100;

  @Option(
      names = "--step-time",
      defaultValue = "10",
      paramLabel = "SECONDS",
      description = "how long a step lasts at least (${DEFAULT-VALUE})")
  private int stepTime = 10;

  @Option(
      names = "--timeout",
      defaultValue = "600",
      paramLabel = "SECONDS",
      description = "how long anything is waited for (${DEFAULT-VALUE})")
  private int timeout = 600;

  @Option(names = "--smoke", paramLabel = "PATH", description = "as for blue-green")
  private List<String> smoke = new ArrayList<>();

  @Option(
      names = "--control",
      defaultValue = "",
      paramLabel = "BACKEND",
      description =
          "a backend with servers of the old version, which gets as much as the new one as long as"
              + " there is as much: the new one is judged beside it, and not beside warmer servers"
              + " with more requests")
  private String control = "";

  @Mixin private RolloutRunner runner = new RolloutRunner();

  @Override
  public Integer call() throws IOException, InterruptedException {
    return runner.start(
        new Shift(
            "canary",
            frontend,
            "",
            to,
            List.copyOf(steps),
            testers,
            sticky,
            judgement,
            minRequests,
            stepTime,
            timeout,
            List.copyOf(smoke),
            control));
  }
}
