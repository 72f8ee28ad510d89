package io.sluice.gtin.catalog;

import java.util.regex.Pattern;

/** Writes cells of CSV (RFC 4180 section 2). */
final class CsvCell {
  /** Behind blanks: what spreadsheets begin a formula with, in the wide forms of East Asia too. */
  private static final Pattern FORMULA = Pattern.compile("^(?:[\\t\\r]|\\s*[=+\\-@=+-@])");

  private CsvCell() {}

  /** As it is, for programs. */
  static void exact(String value, StringBuilder into) {
    into.append('"').append(value.replace("\"", "\"\"")).append('"');
  }

  /** For people: an apostrophe stands before what a spreadsheet would take for a formula. */
  static void harmless(String value, StringBuilder into) {
    exact(FORMULA.matcher(value).find() ? "'" + value : value, into);
  }
}
