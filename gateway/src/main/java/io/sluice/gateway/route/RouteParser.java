package io.sluice.gateway.route;

import io.netty.util.AsciiString;

/**
 * Reads the route language, top down.
 *
 * <pre>
 *   or     = and { "||" and }
 *   and    = unary { "&&" unary }
 *   unary  = "!" unary | "(" or ")" | matcher
 *   matcher = NAME "(" TEXT [ "," TEXT ] ")"      TEXT = "…" with escapes, or `…` as it stands
 * </pre>
 */
final class RouteParser {
  private static final int MAX_DEPTH = 100;

  private final String text;
  private int at;
  private int depth;

  RouteParser(String text) {
    this.text = text;
  }

  Expression parse() throws RouteSyntaxException {
    Expression expression = or();
    if (!atEnd()) {
      throw unexpected("&&, || or the end");
    }
    return expression;
  }

  private Expression or() throws RouteSyntaxException {
    Expression left = and();
    while (take("||")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() throws RouteSyntaxException {
    Expression left = unary();
    while (take("&&")) {
      left = new Expression.And(left, unary());
    }
    return left;
  }

  private Expression unary() throws RouteSyntaxException {
    if (++depth > MAX_DEPTH) {
      throw unexpected("at most " + MAX_DEPTH + " levels of parentheses and !");
    }
    Expression expression;
    if (take("!")) {
      expression = new Expression.Not(unary());
    } else if (take("(")) {
      expression = or();
      expect(")");
    } else {
      expression = new Expression.Leaf(matcher());
    }
    depth--;
    return expression;
  }

  private Condition matcher() throws RouteSyntaxException {
    String name = name();
    boolean regexp = name.endsWith("Regexp");
    Condition.Subject subject =
        switch (name) {
          case "Host", "HostRegexp" -> Condition.Subject.HOST;
          case "Path", "PathRegexp" -> Condition.Subject.PATH;
          case "Method", "MethodRegexp" -> Condition.Subject.METHOD;
          case "Header", "HeaderRegexp" -> Condition.Subject.HEADER;
          default -> {
            at -= name.length();
            throw unexpected(
                "Host, HostRegexp, Path, PathRegexp, Method, MethodRegexp, Header or HeaderRegexp");
          }
        };
    expect("(");
    AsciiString header = null;
    if (subject == Condition.Subject.HEADER) {
      header = AsciiString.of(headerName());
      expect(",");
    }
    String wanted = string();
    expect(")");
    TextTest test =
        regexp ? PatternCompiler.regexp(wanted, subject) : PatternCompiler.pattern(wanted, subject);
    return new Condition(subject, header, test, false);
  }

  private String name() throws RouteSyntaxException {
    skipBlanks();
    int start = at;
    while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw unexpected("a matcher such as Host(`example.com`)");
    }
    return text.substring(start, at);
  }

  private String string() throws RouteSyntaxException {
    if (take("`")) {
      int end = text.indexOf('`', at);
      if (end < 0) {
        at = text.length();
        throw unexpected("a closing `");
      }
      String raw = text.substring(at, end);
      at = end + 1;
      return ascii(raw);
    }
    if (!take("\"")) {
      throw unexpected("a text in \"double quotes\" or `back quotes`");
    }
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      value.append(c == '\\' ? escape() : c);
    }
    expect("\"");
    return ascii(value.toString());
  }

  private char escape() throws RouteSyntaxException {
    if (atEndOfText()) {
      throw unexpected("a character after \\");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '\\', '"', '\'' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      default -> {
        at -= 2;
        throw unexpected(
            "one of \\\\ \\\" \\n \\t \\r (or `back quotes`, where a backslash is a backslash)");
      }
    };
  }

  /** The name of a field that there can be (RFC 9110 section 5.1). */
  private String headerName() throws RouteSyntaxException {
    String name = string();
    boolean token = !name.isEmpty();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      token &= c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }
    if (!token) {
      throw new RouteSyntaxException("\"" + name + "\"", "the name of a header");
    }
    return name;
  }

  /** Hosts, paths and methods are ASCII on the wire; anything else could never match. */
  private String ascii(String value) throws RouteSyntaxException {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0x7e) {
        throw new RouteSyntaxException(
            "\"" + value + "\"", "plain ASCII (percent-encode paths, punycode hosts)");
      }
    }
    return value;
  }

  private void expect(String token) throws RouteSyntaxException {
    if (!take(token)) {
      throw unexpected(token);
    }
  }

  private boolean take(String token) {
    skipBlanks();
    if (!text.startsWith(token, at)) {
      return false;
    }
    at += token.length();
    return true;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private boolean atEnd() {
    skipBlanks();
    return atEndOfText();
  }

  private boolean atEndOfText() {
    return at >= text.length();
  }

  private RouteSyntaxException unexpected(String expected) {
    String found =
        atEndOfText()
            ? "the end"
            : "\"" + abbreviate(text.substring(at)) + "\" at character " + (at + 1);
    return new RouteSyntaxException(found, expected);
  }

  private static String abbreviate(String rest) {
    return rest.length() <= 24 ? rest : rest.substring(0, 24) + "…";
  }
}
