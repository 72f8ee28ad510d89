package io.sluice.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Programs that tests start: those of the machine, or else those of Debian's packages. */
final class Installed {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Map<List<String>, Path> FOLDERS = new ConcurrentHashMap<>();

  private Installed() {}

  /** One of etcd's. */
  static String etcd(String program) {
    return in(program, "get-etcd");
  }

  /** One of PostgreSQL's. */
  static String postgres(String program) {
    return in(program, "get-postgres");
  }

  /** One of another package. */
  static String program(String program, String debian) {
    return in(program, "get-package", program, debian);
  }

  /** One in the folder that a script of {@code deploy} prints at last. */
  private static String in(String program, String... script) {
    return FOLDERS.computeIfAbsent(List.of(script), Installed::folder).resolve(program).toString();
  }

  private static Path folder(List<String> script) {
    List<String> command = new ArrayList<>(script);
    command.set(0, Top.path("deploy", script.getFirst()).toString());
    // What apt prints on the way may stand before the folder.
    String printed = Program.run(PATIENCE, command.toArray(new String[0]));
    return Path.of(printed.strip().lines().reduce("", (before, line) -> line));
  }
}
