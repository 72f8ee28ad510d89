package io.sluice.gtin.rows;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records of CSV (RFC 4180), one after the other, from a source that may be wrong anywhere. Lines
 * end in CR LF, LF or CR. A cell that begins with a quotation mark ends with one, and holds lines
 * and doubled marks; anywhere else a mark is a character as others. A mark behind a backslash, as
 * MySQL writes it, is part of the cell where it cannot be its end.
 *
 * <p>Where a quoted cell does not end as one, only the record's first line is given up: what
 * follows is read anew from the next line on, so an open mark never takes rows with it that are
 * good.
 */
final class CsvRows {
  /** More than any cell of any column; what is longer is an open mark. */
  static final int MOST_CHARACTERS = 256 * 1024;

  /** Where a file has many open marks, further ones are looked for no further than this. */
  private static final int FEWEST_CHARACTERS = 4 * 1024;

  private static final int END = -1;

  private static final String ESCAPES =
      "found marks behind a backslash and other backslashes in one cell, of which nobody knows what"
          + " they stand for; expected marks to be doubled";

  private static final Pattern ROW = Pattern.compile("[\\r\\n]\"?[0-9]{8,14}\"?([,;\\t|])");

  /** What was read: a record, a line that is none, or nothing any more. */
  sealed interface Read {
    /**
     * A record.
     *
     * @param line where it begins
     */
    record Cells(long line, List<String> cells) implements Read {
      boolean isBlank() {
        for (String cell : cells) {
          if (!cell.isBlank()) {
            return false;
          }
        }
        return true;
      }
    }

    record Broken(long line, String text, String why) implements Read {}

    record Nothing() implements Read {}
  }

  private final Reader source;
  private char separator;

  /** What was read ahead; a record begins at {@code start}. */
  private char[] ahead = new char[1 << 16];

  private int start;
  private int at;
  private int filled;
  private long line = 1;
  private boolean ended;

  /** How long a record may be, which is less with each that had no end. */
  private int most = MOST_CHARACTERS;

  CsvRows(Reader source) {
    this.source = source;
  }

  void separator(char separator) {
    this.separator = separator;
  }

  /** The next line that is not blank, which stays to be read; null where there is none. */
  @Nullable String peekLine() throws IOException {
    while (true) {
      at = start;
      StringBuilder text = new StringBuilder();
      int c = next();
      if (c == END) {
        return null;
      }
      for (; c != END && c != '\n' && c != '\r' && text.length() < MOST_CHARACTERS; c = next()) {
        text.append((char) c);
      }
      at = start;
      if (!text.toString().isBlank()) {
        return text.toString();
      }
      skipToLineEnd();
    }
  }

  /** Passes over the line that {@link #peekLine} has told. */
  void skipLine() throws IOException {
    at = start;
    skipToLineEnd();
  }

  /** The next record. */
  Read read() throws IOException {
    at = start;
    long begin = line;
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    int c = next();
    if (c == END) {
      return new Read.Nothing();
    }
    while (true) {
      cell.setLength(0);
      if (c == '"') {
        String wrong = quoted(cell);
        if (wrong != null) {
          return giveUp(begin, wrong);
        }
        c = next();
      } else {
        for (; c != END && c != separator && c != '\n' && c != '\r'; c = next()) {
          cell.append((char) c);
          if (at - start > MOST_CHARACTERS) {
            return giveUp(begin, tooLong());
          }
        }
        if (!cell.isEmpty() && cell.charAt(0) == ' ' && cell.toString().strip().startsWith("\"")) {
          return giveUp(begin, "found a blank before a quotation mark, expected none");
        }
      }
      cells.add(cell.toString());
      if (c == separator) {
        c = next();
        if (c == END) {
          cells.add("");
        } else {
          continue;
        }
      }
      if (c == '\r') {
        skipLineFeed();
      }
      if (cells.stream().anyMatch(each -> each.indexOf(TextFile.NO_TEXT) >= 0)) {
        return giveUp(begin, TextFile.WRONG_ENCODING);
      }
      if (c != END) {
        line++;
      }
      start = at;
      return new Read.Cells(begin, cells);
    }
  }

  private static String tooLong() {
    return "found more than " + MOST_CHARACTERS + " characters in one row";
  }

  /** Reads a cell to behind its closing mark; why it has none that is one, or null. */
  private @Nullable String quoted(StringBuilder cell) throws IOException {
    boolean escapes = false;
    for (int c = next(); c != END; c = next()) {
      if (at - start > most) {
        most = Math.max(FEWEST_CHARACTERS, most / 2);
        return tooLong();
      }
      if (c == '"') {
        int after = peek();
        if (after == '"') {
          next();
        } else if (after == separator || after == '\n' || after == '\r' || after == END) {
          return escapes && cell.indexOf("\\") >= 0 ? ESCAPES : doubtful(cell);
        } else if (endsInBackslash(cell)) {
          cell.setLength(cell.length() - 1);
          escapes = true;
        } else {
          return "found \""
              + (char) after
              + "\" behind a closing quotation mark, expected the end of the cell";
        }
      } else if (c == '\n' || (c == '\r' && peek() != '\n')) {
        line++;
      }
      cell.append((char) c);
    }
    most = Math.max(FEWEST_CHARACTERS, most / 2);
    return "found no closing quotation mark";
  }

  /** Why a cell that ends as one may have swallowed what it should not have; null for no reason. */
  private @Nullable String doubtful(StringBuilder cell) {
    if (endsInBackslash(cell)) {
      return "found a backslash before a quotation mark, expected the mark to be doubled";
    }
    if (cell.indexOf("\n") >= 0 || cell.indexOf("\r") >= 0) {
      Matcher row = ROW.matcher(cell);
      while (row.find()) {
        if (row.group(1).charAt(0) == separator) {
          return "found a cell with a line that begins as a row, expected a closing quotation mark";
        }
      }
    }
    return null;
  }

  private static boolean endsInBackslash(StringBuilder cell) {
    return !cell.isEmpty() && cell.charAt(cell.length() - 1) == '\\';
  }

  /** Only the first line of what was begun is lost. */
  private Read.Broken giveUp(long begin, String why) throws IOException {
    at = start;
    line = begin;
    String text = skipToLineEnd();
    return new Read.Broken(begin, text.replace(TextFile.NO_TEXT, '\ufffd'), why);
  }

  /** What stands until there, of which the beginning is told. */
  private String skipToLineEnd() throws IOException {
    StringBuilder text = new StringBuilder();
    int c = next();
    for (; c != END && c != '\n' && c != '\r'; c = next()) {
      if (text.length() < MOST_CHARACTERS) {
        text.append((char) c);
      }
      if (at - start > MOST_CHARACTERS) {
        start = at;
      }
    }
    if (c == '\r') {
      skipLineFeed();
    }
    if (c != END) {
      line++;
    }
    start = at;
    return text.toString();
  }

  private void skipLineFeed() throws IOException {
    if (peek() == '\n') {
      at++;
    }
  }

  private int next() throws IOException {
    if (at == filled && !fill()) {
      return END;
    }
    return ahead[at++];
  }

  private int peek() throws IOException {
    return at == filled && !fill() ? END : ahead[at];
  }

  /** Reads more behind what is there, and keeps what the record began with. */
  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    if (start > 0) {
      System.arraycopy(ahead, start, ahead, 0, filled - start);
      filled -= start;
      at -= start;
      start = 0;
    }
    if (filled == ahead.length) {
      ahead = Arrays.copyOf(ahead, ahead.length * 2);
    }
    int got = source.read(ahead, filled, ahead.length - filled);
    if (got <= 0) {
      ended = true;
      return false;
    }
    filled += got;
    return true;
  }
}
