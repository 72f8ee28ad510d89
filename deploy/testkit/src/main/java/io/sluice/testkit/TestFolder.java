package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Folders that a test makes for itself, and that are gone when it has ended. */
public final class TestFolder {
  private TestFolder() {}

  /** A new one under the machine's folder for what is temporary. */
  public static Path make(String name) {
    try {
      return Files.createTempDirectory(name);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Removes it and all in it, though a process that was just killed may still add to it. */
  public static void remove(Path folder) {
    Awaitility.await()
        .atMost(Patience.TIME)
        .ignoreExceptionsMatching(
            failed -> failed instanceof IOException || failed instanceof UncheckedIOException)
        .until(() -> removed(folder));
  }

  private static boolean removed(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException gone) {
      return !Files.exists(folder);
    }
    return true;
  }
}
