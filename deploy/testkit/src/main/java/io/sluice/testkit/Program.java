package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A process of a test's, ended by its own id at the latest when the test closes it. */
public final class Program implements AutoCloseable {
  private final Process process;
  private final Path output;

  private Program(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts a command; what it prints goes to a file. */
  public static Program start(Path output, List<String> command) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
      return new Program(builder.start(), output);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Runs a command to its end and returns what it printed; fails when it fails. */
  public static String run(Duration atMost, String... command) {
    try {
      Path output = Files.createTempFile("program", ".out");
      try (Program program = start(output, List.of(command))) {
        int status = program.awaitExit(atMost);
        String printed = program.printed();
        if (status != 0) {
          throw new AssertionError(
              String.join(" ", command) + " ended with " + status + ": " + printed);
        }
        return printed;
      } finally {
        Files.delete(output);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public long id() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Everything it has printed so far. */
  public String printed() {
    try {
      return Files.readString(output, StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Waits until it has printed this; fails with all that it printed instead. */
  public void awaitPrinted(String text, Duration atMost) {
    try {
      Awaitility.await().atMost(atMost).until(() -> printed().contains(text));
    } catch (ConditionTimeoutException never) {
      throw new AssertionError(
          "found no \"" + text + "\" within " + atMost + ", but: " + printed(), never);
    }
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** It keeps its connections and answers nobody, until {@link #wake}. */
  public void hold() {
    signal("STOP");
  }

  /** It goes on. */
  public void wake() {
    signal("CONT");
  }

  private void signal(String name) {
    run(Duration.ofSeconds(10), "kill", "-" + name, Long.toString(id()));
  }

  /** SIGKILL, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(10));
  }

  /** Its exit status; fails when it has not ended in time. */
  public int awaitExit(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "process " + id() + " has not ended within " + atMost + ": " + printed());
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
