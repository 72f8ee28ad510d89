package io.sluice.gateway.cli;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** Shows the same again and again. */
final class Watch {
  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J";
  private static final long EVERY_SECONDS = 2;

  /** What is shown; its answer is the command's exit status. */
  interface Look {
    int once() throws IOException, InterruptedException;
  }

  @Option(
      names = {"-w", "--watch"},
      description = "anew every two seconds, until it is interrupted")
  private boolean watch;

  int run(Output output, Look look) throws IOException, InterruptedException {
    int status = look.once();
    while (watch) {
      TimeUnit.SECONDS.sleep(EVERY_SECONDS);
      if (!output.isJson()) {
        output.out().print(HOME_AND_CLEAR);
      }
      status = look.once();
    }
    return status;
  }
}
