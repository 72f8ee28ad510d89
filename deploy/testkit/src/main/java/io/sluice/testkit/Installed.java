package io.sluice.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Programs that tests start: those of the machine, or else those of Debian's packages. */
final class Installed {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Map<String, Path> FOLDERS = new ConcurrentHashMap<>();

  private Installed() {}

  /** One of PostgreSQL's. */
  static String postgres(String program) {
    Path folder = FOLDERS.computeIfAbsent("postgres", postgres -> folder("get-postgres"));
    return folder.resolve(program).toString();
  }

  /** One of another package. */
  static String program(String program, String debian) {
    Path folder =
        FOLDERS.computeIfAbsent(program, missing -> folder("get-package", program, debian));
    return folder.resolve(program).toString();
  }

  /** What a script of {@code deploy} prints at last. */
  private static Path folder(String script, String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = Top.path("deploy", script).toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    String printed = Program.run(PATIENCE, command);
    return Path.of(printed.strip().lines().reduce("", (before, line) -> line));
  }
}
