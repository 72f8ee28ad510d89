package io.sluice.testkit;

import java.nio.file.Path;

/** The top of the source tree. */
public final class Top {
  private Top() {}

  /** A path below it. */
  public static Path path(String first, String... more) {
    return Path.of(System.getProperty("top", ".."))
        .resolve(Path.of(first, more))
        .toAbsolutePath()
        .normalize();
  }
}
