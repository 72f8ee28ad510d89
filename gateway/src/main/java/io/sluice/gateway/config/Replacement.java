package io.sluice.gateway.config;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the place of what a regular expression found, as Go expands it (package {@code
 * regexp}, "Expand"): {@code $1}, {@code ${1}}, {@code ${name}}, {@code $$} for a dollar sign; a
 * name is as long as it can be, and a group that is not there is nothing.
 *
 * @param parts in order
 */
public record Replacement(List<Part> parts) {
  /** A piece of the text. */
  public sealed interface Part {
    /** As it stands. */
    record Text(String text) implements Part {}

    /** What a group found, by its number. */
    record Group(int number) implements Part {}

    /** Something of the request, as {@code {{.Request.Method}}}. */
    record Asked(Question question, String header) implements Part {}
  }

  /** What a replacement may ask of a request, as Go's templates write it. */
  public enum Question {
    METHOD(".Request.Method"),
    HOST(".Request.Host"),
    PATH(".Request.URL.Path"),
    HEADER(".Request.Header.Get");

    private final String written;

    Question(String written) {
      this.written = written;
    }
  }

  private static final String QUESTIONS =
      "{{.Request.Method}}, {{.Request.Host}}, {{.Request.URL.Path}} or {{.Request.Header.Get"
          + " \"Name\"}}";

  /** Reads one that replaces what {@code regexp} finds. */
  static Replacement read(JsonRecord json, Pattern regexp, boolean asks)
      throws JsonRecord.BadValue {
    String text = json.string("Replacement", "");
    String literal = asks ? text.replaceAll("\\{\\{[^}]*}}", "") : text;
    if (!literal.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw json.bad("Replacement", "\"" + text + "\"", "visible ASCII without blanks");
    }
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int open = asks ? text.indexOf("{{", at) : -1;
      int end = open < 0 ? text.length() : open;
      expand(text.substring(at, end), regexp, parts);
      if (open < 0) {
        break;
      }
      int close = text.indexOf("}}", open);
      if (close < 0) {
        throw json.bad("Replacement", "{{ without }}", QUESTIONS);
      }
      String expression = text.substring(open + 2, close).strip();
      Part.Asked asked = asked(expression);
      if (asked == null) {
        throw json.bad("Replacement", "{{" + expression + "}}", QUESTIONS);
      }
      parts.add(asked);
      at = close + 2;
    }
    return new Replacement(List.copyOf(parts));
  }

  /** What an expression between double braces asks; null for what is no such question. */
  public static Part.@Nullable Asked asked(String expression) {
    for (Question question : Question.values()) {
      if (question != Question.HEADER && expression.equals(question.written)) {
        return new Part.Asked(question, "");
      }
    }
    String rest =
        expression.startsWith(Question.HEADER.written)
            ? expression.substring(Question.HEADER.written.length()).strip()
            : "";
    boolean quoted =
        rest.length() > 2
            && Set.of('"', '`').contains(rest.charAt(0))
            && rest.endsWith("" + rest.charAt(0));
    String name = quoted ? rest.substring(1, rest.length() - 1) : "";
    return Names.isToken(name) ? new Part.Asked(Question.HEADER, name) : null;
  }

  private static void expand(String text, Pattern regexp, List<Part> parts) {
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      int dollar = text.indexOf('$', at);
      if (dollar < 0) {
        literal.append(text, at, text.length());
        break;
      }
      literal.append(text, at, dollar);
      at = dollar + 1;
      if (at < text.length() && text.charAt(at) == '$') {
        literal.append('$');
        at++;
        continue;
      }
      boolean braced = at < text.length() && text.charAt(at) == '{';
      int start = braced ? at + 1 : at;
      int end = start;
      while (end < text.length() && isNameChar(text.charAt(end))) {
        end++;
      }
      boolean closed = !braced || (end < text.length() && text.charAt(end) == '}');
      if (end == start || !closed) {
        // Go drops a dollar sign that names nothing.
        continue;
      }
      flush(literal, parts);
      int group = group(regexp, text.substring(start, end));
      if (group >= 0) {
        parts.add(new Part.Group(group));
      }
      at = braced ? end + 1 : end;
    }
    flush(literal, parts);
  }

  private static boolean isNameChar(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** The number of a group; -1 where there is none. */
  private static int group(Pattern regexp, String name) {
    if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      int number = name.length() > 4 ? Integer.MAX_VALUE : Integer.parseInt(name);
      return number <= regexp.groupCount() ? number : -1;
    }
    return regexp.namedGroups().getOrDefault(name, -1);
  }

  private static void flush(StringBuilder literal, List<Part> parts) {
    if (!literal.isEmpty()) {
      parts.add(new Part.Text(literal.toString()));
      literal.setLength(0);
    }
  }
}
