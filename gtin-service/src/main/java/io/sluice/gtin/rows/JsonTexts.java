package io.sluice.gtin.rows;

import java.io.BufferedReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The texts in a file that should each be a JSON object, one after the other. */
interface JsonTexts {
  /** More than any object of a catalogue; what is longer is told and not kept. */
  int MOST_CHARACTERS = 1 << 20;

  /**
   * One of them.
   *
   * @param line where it begins, from 1 on
   * @param wrong why it is none; empty where nothing is known against it
   */
  record Text(long line, String text, String wrong) {
    static Text of(long line, String text) {
      String wrong = "";
      if (text.indexOf(TextFile.NO_TEXT) >= 0) {
        wrong = TextFile.WRONG_ENCODING;
      } else if (text.length() > MOST_CHARACTERS) {
        wrong = "found more than " + MOST_CHARACTERS + " characters in one row";
      }
      return new Text(line, text, wrong);
    }
  }

  /** The next one; null at the end. */
  @Nullable Text next() throws IOException;

  /**
   * Tells that the last one is no object: what may have come into it by mistake is read anew.
   *
   * @return what is left of it, in one line
   */
  String giveUp(Text last) throws IOException;

  /** Those of JSON Lines, of which each is a line. */
  static JsonTexts lines(BufferedReader source) {
    return new JsonTexts() {
      private long number;

      @Override
      public @Nullable Text next() throws IOException {
        String line = line(source);
        number++;
        return line == null ? null : Text.of(number, line);
      }

      @Override
      public String giveUp(Text last) {
        return last.text();
      }
    };
  }

  /** The next line, of one that is too long its beginning; null at the end. */
  private static @Nullable String line(BufferedReader source) throws IOException {
    int c = source.read();
    if (c < 0) {
      return null;
    }
    StringBuilder line = new StringBuilder(256);
    for (; c >= 0 && c != '\n' && c != '\r'; c = source.read()) {
      if (line.length() <= MOST_CHARACTERS) {
        line.append((char) c);
      }
    }
    if (c == '\r') {
      source.mark(1);
      if (source.read() != '\n') {
        source.reset();
      }
    }
    return line.toString();
  }
}
