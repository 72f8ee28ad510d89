package io.sluice.gtin;

import io.sluice.gtin.gtin.CompanyPrefixes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The company prefixes that are known: the same option for every command. */
final class PrefixOptions {
  @Option(
      names = "--company-prefixes",
      paramLabel = "FILE",
      description =
          "GS1 company prefixes, one a line, behind a comma its company: they decide where ten"
              + " digits could be several numbers, and answers name the company")
  private @Nullable Path file;

  /**
   * Those of the file, or none.
   *
   * @throws IOException when it cannot be read, naming the line that is no prefix
   */
  CompanyPrefixes prefixes() throws IOException {
    if (file == null) {
      return CompanyPrefixes.NONE;
    }
    try {
      return CompanyPrefixes.of(Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException none) {
      throw new IOException("--company-prefixes: " + file + " " + none.getMessage(), none);
    } catch (IOException unreadable) {
      throw new IOException("--company-prefixes: found no readable " + file, unreadable);
    }
  }
}
