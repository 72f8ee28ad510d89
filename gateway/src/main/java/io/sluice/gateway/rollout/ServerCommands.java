package io.sluice.gateway.rollout;

import io.sluice.gateway.rollout.Rolling.Replacement;
import io.sluice.gateway.rollout.RolloutStore.Taken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the commands of a rolling rollout that start and stop servers, while its claim is kept. */
final class ServerCommands {
  private static final int MOST_SAID = 2_000;
  private static final int CHECK_SECONDS = 5;

  private final Course course;
  private final Rolling plan;

  ServerCommands(Course course, Rolling plan) {
    this.course = course;
    this.plan = plan;
  }

  /**
   * How a command ended.
   *
   * @param fault why it failed, or empty
   */
  record Outcome(int status, String fault) {
    /** Whether it says that somebody else has started the server. */
    boolean isNotMine() {
      return status == Rolling.NOT_MINE;
    }
  }

  Outcome start(Replacement each) throws IOException, InterruptedException, Taken {
    return run(plan.start(), each.newId(), each.port());
  }

  /** Stops a server that an earlier rollout, or somebody else, has started. */
  Outcome stopOld(Replacement each) throws IOException, InterruptedException, Taken {
    return run(plan.stop(), each.oldId(), 0);
  }

  Outcome stopNew(Replacement each) throws IOException, InterruptedException, Taken {
    return run(plan.stop(), each.newId(), each.port());
  }

  /** How a server that was started came to its end; empty while it lives, or nobody can tell. */
  String ended(Replacement each) throws IOException, InterruptedException {
    if (plan.check().isEmpty()) {
      return "";
    }
    Process process =
        new ProcessBuilder("sh", "-c", plan.fill(plan.check(), each.newId(), each.port()))
            .redirectErrorStream(true)
            .start();
    try {
      process.getOutputStream().close();
      byte[] said = process.getInputStream().readNBytes(MOST_SAID);
      boolean over = process.waitFor(CHECK_SECONDS, TimeUnit.SECONDS);
      return over && process.exitValue() != 0
          ? new String(said, StandardCharsets.UTF_8).strip()
          : "";
    } finally {
      process.destroyForcibly();
    }
  }

  private Outcome run(String template, String id, int port)
      throws IOException, InterruptedException, Taken {
    if (template.isEmpty()) {
      return new Outcome(0, "");
    }
    String command = plan.fill(template, id, port);
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Duration atMost = Duration.ofSeconds(plan.timeoutSeconds());
      List<String> runs = course.await(moment -> left(process, moment), atMost);
      if (!runs.isEmpty()) {
        return new Outcome(-1, command + " has not ended within " + plan.timeoutSeconds() + " s");
      }
      int status = process.exitValue();
      return new Outcome(status, status == 0 ? "" : command + " ended with " + status);
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> left(Process process, Duration atMost) throws InterruptedException {
    boolean ended = process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    return ended ? List.of() : List.of("runs");
  }
}
