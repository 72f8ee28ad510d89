package io.sluice.gtin.catalog;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gtin.rows.RejectedRows;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a catalogue as a file that an import reads. A file is there whole or not at all; a link is
 * followed, and a pipe or a device gets what would be in the file. Blocks.
 */
public final class Export {
  private static final JsonMapper JSON = new JsonMapper();

  private Export() {}

  /** Something that is done with all items. */
  public interface Work {
    long on(Catalogue catalogue) throws IOException;
  }

  /** How items are written. */
  public enum Format {
    CSV,
    /** CSV for people: an apostrophe stands before what a spreadsheet would run as a formula. */
    SPREADSHEET,
    JSON_LINES;

    /** By a file's name: JSON Lines where it ends in .jsonl or .ndjson, else CSV. */
    public static Format of(Path file) {
      String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
      return name.endsWith(".jsonl") || name.endsWith(".ndjson") ? JSON_LINES : CSV;
    }
  }

  /**
   * Writes all items in the order of their numbers.
   *
   * @return how many there were
   */
  public static long of(Catalogue catalogue, Path path, Format format) throws IOException {
    Path file = target(path);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IOException(
          "found no folder " + folder + ", expected one to write " + path + " in");
    }
    if (Files.isDirectory(file)) {
      throw new IOException("found the folder " + path + ", expected a file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      try (BufferedWriter out = Files.newBufferedWriter(file, StandardOpenOption.WRITE)) {
        return of(catalogue, out, format);
      }
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    long count;
    try (BufferedWriter out = Files.newBufferedWriter(part)) {
      count = of(catalogue, out, format);
    } catch (IOException | RuntimeException failed) {
      Files.deleteIfExists(part);
      throw failed;
    }
    keepPermissions(file, part);
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    return count;
  }

  /** Where a path leads, also by links to what is not there yet. */
  private static Path target(Path path) throws IOException {
    Path target = path;
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == 40) {
        throw new IOException("found links that lead to each other at " + path);
      }
      Path next = Files.readSymbolicLink(target);
      target = target.resolveSibling(next);
    }
    return target;
  }

  private static void keepPermissions(Path file, Path part) throws IOException {
    if (Files.exists(file)
        && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(file));
    }
  }

  /** The same into a writer, which stays open. */
  public static long of(Catalogue catalogue, Writer out, Format format) throws IOException {
    long[] count = {0};
    if (format != Format.JSON_LINES) {
      out.write("gtin,name,brand,category,attributes\n");
    }
    catalogue.all(
        item -> {
          out.write(format == Format.JSON_LINES ? json(item) : csv(item, format));
          out.write('\n');
          count[0]++;
        });
    out.flush();
    return count[0];
  }

  private static String json(Item item) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("gtin", item.gtin().text());
    fields.put("name", item.name());
    fields.put("brand", item.brand());
    fields.put("category", item.category());
    if (!item.attributes().isEmpty()) {
      fields.put("attributes", Attributes.object(item.attributes()));
    }
    return JSON.writeValueAsString(fields);
  }

  private static String csv(Item item, Format format) {
    StringBuilder row = new StringBuilder(item.gtin().text());
    for (String text : item.fields()) {
      row.append(',')
          .append(
              format == Format.SPREADSHEET
                  ? RejectedRows.harmless(text)
                  : RejectedRows.exactly(text));
    }
    return row.toString();
  }
}
