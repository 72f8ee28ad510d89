package io.sluice.gtin.rows;

import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a JSON array of any length (RFC 8259 section 5), each by itself, so that one that
 * is wrong takes no other with it: a mark or a brace that is missing makes an element swallow those
 * behind it, and then reading goes on at the next line that begins as far to the left with a brace.
 */
final class JsonArray implements JsonTexts {
  private static final int END = -1;

  private final PushbackReader source;
  private long line = 1;

  /** Characters of this line before the next one. */
  private int column;

  /** How far to the right the last element began. */
  private int indentation;

  /**
   * How many characters may still be read again: in a file of nothing but open objects, each would
   * be looked for to the end.
   */
  private long patience = 16L * MOST_CHARACTERS;

  private boolean closed;
  private boolean cutOff;

  /**
   * @param source whose next character that is no white space is the array's bracket
   */
  JsonArray(Reader source) throws IOException {
    this.source = new PushbackReader(source, 2 * MOST_CHARACTERS);
    if (between() != '[') {
      throw new IllegalStateException("no array");
    }
  }

  @Override
  public @Nullable Text next() throws IOException {
    int c = between();
    if (c == ']' && !closed) {
      closed = true;
      c = between();
    }
    if (c == END) {
      return atEnd();
    }
    indentation = column - 1;
    long begin = line;
    StringBuilder text = new StringBuilder(256).append((char) c);
    if (c == '{' && !object(text)) {
      return new Text(begin, text.toString(), "found no end of an object");
    }
    if (c != '{') {
      restOfLine(text);
    }
    return Text.of(begin, text.toString());
  }

  /** A file that was cut off is no whole one, and its rows are good nevertheless. */
  private @Nullable Text atEnd() {
    if (closed || cutOff) {
      return null;
    }
    cutOff = true;
    return new Text(line, "", "found no \"]\" at the end of the array: the file was cut off");
  }

  /** The first character that stands between no two elements. */
  private int between() throws IOException {
    int c = read();
    while (c == ',' || (c != END && Character.isWhitespace(c))) {
      c = read();
    }
    return c;
  }

  /** Reads on to the end of an object; whether there was one in time. */
  private boolean object(StringBuilder text) throws IOException {
    boolean inText = false;
    boolean lineBegins = false;
    for (int depth = 1; depth > 0; ) {
      int c = read();
      if (c == END) {
        return false;
      }
      text.append((char) c);
      boolean next = c == '{' && lineBegins && column - 1 <= indentation;
      if (text.length() > MOST_CHARACTERS || (inText && c == '\n') || (next && patience < 0)) {
        return false;
      }
      lineBegins = c == '\n' || (lineBegins && Character.isWhitespace(c));
      if (c == '"') {
        inText = !inText;
      } else if (inText && c == '\\') {
        int escaped = read();
        if (escaped != END) {
          text.append((char) escaped);
        }
      } else if (!inText) {
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      }
    }
    return true;
  }

  private void restOfLine(StringBuilder text) throws IOException {
    for (int c = read(); c != END && c != '\n' && c != '\r'; c = read()) {
      if (text.length() <= MOST_CHARACTERS) {
        text.append((char) c);
      }
    }
  }

  @Override
  public String giveUp(Text last) throws IOException {
    String text = last.text();
    int rest = nextBeginning(text);
    patience -= text.length() - rest;
    for (int i = text.length() - 1; i >= rest; i--) {
      source.unread(text.charAt(i));
      line -= text.charAt(i) == '\n' ? 1 : 0;
    }
    if (rest < text.length()) {
      column = 0;
    }
    return JsonRows.oneLine(text.substring(0, rest).strip());
  }

  /** Where a line begins that looks like an element; the end where none does. */
  private int nextBeginning(String text) {
    for (int at = text.indexOf('\n') + 1; at > 0; at = text.indexOf('\n', at) + 1) {
      int first = at;
      while (first < text.length() && " \t".indexOf(text.charAt(first)) >= 0) {
        first++;
      }
      if (first < text.length() && text.charAt(first) == '{' && first - at <= indentation) {
        return at;
      }
    }
    return text.length();
  }

  private int read() throws IOException {
    int c = source.read();
    column = c == '\n' ? 0 : column + 1;
    line += c == '\n' ? 1 : 0;
    return c;
  }
}
