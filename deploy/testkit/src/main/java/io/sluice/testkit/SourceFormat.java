package io.sluice.testkit;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.StringWrapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks that sources are formatted as google-java-format has them. A test and no build plugin,
 * because a plugin would run under the JDK of Maven, which may be too old to read this Java; {@code
 * -Dformat=apply} formats instead of failing.
 */
public final class SourceFormat {
  private SourceFormat() {}

  /** The files below a folder that are not formatted. */
  public static List<String> unformatted(Path folder) {
    boolean apply = "apply".equals(System.getProperty("format"));
    List<String> wrong = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
        String source = Files.readString(file);
        String formatted = format(file, source);
        if (formatted.equals(source)) {
          continue;
        }
        if (apply) {
          Files.writeString(file, formatted);
        } else {
          wrong.add(folder.relativize(file).toString());
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    return wrong;
  }

  private static String format(Path file, String source) {
    try {
      Formatter formatter = new Formatter();
      return StringWrapper.wrap(formatter.formatSourceAndFixImports(source), formatter);
    } catch (FormatterException unreadable) {
      throw new AssertionError(file + ": " + unreadable.getMessage(), unreadable);
    }
  }
}
