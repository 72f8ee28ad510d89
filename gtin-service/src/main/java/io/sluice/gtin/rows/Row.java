package io.sluice.gtin.rows;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a file.
 *
 * @param line where it begins, from 1 on
 * @param gtins what its columns of codes say, but for blanks; each of one once
 * @param name a text; anything else came as JSON, and null where there is none
 * @param brand likewise
 * @param category likewise
 * @param attributes JSON as text in a cell; an object where the row is one
 * @param raw as it stands in the file
 */
public record Row(
    long line,
    List<Object> gtins,
    @Nullable Object name,
    @Nullable Object brand,
    @Nullable Object category,
    @Nullable Object attributes,
    Raw raw) {
  /** A row as it stands in the file, so that it can be mended and read again. */
  public sealed interface Raw {
    /** Its cells, in the order of the header. */
    record Cells(List<String> cells) implements Raw {}

    /** Its text, as nothing else is known of it. */
    record Text(String text) implements Raw {}
  }
}
