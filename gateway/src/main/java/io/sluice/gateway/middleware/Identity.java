package io.sluice.gateway.middleware;

import io.sluice.gateway.http.Fields;

/** Who a client is, as a stage has found, in a header that the client cannot set. */
final class Identity {
  private Identity() {}

  /**
   * Puts it into the request. What a client has put there goes, also where a server would take
   * another spelling for the same name: CGI makes one of {@code X-User} and {@code X_User}.
   */
  static void set(ExchangeView exchange, String header, String id) {
    Fields fields = exchange.outgoing().fields();
    remove(fields, header);
    fields.add(header, id);
    exchange.identified(id);
  }

  static void remove(Fields fields, String header) {
    for (int i = fields.count() - 1; i >= 0; i--) {
      if (isSame(fields.name(i), header)) {
        fields.removeAt(i);
      }
    }
  }

  private static boolean isSame(CharSequence name, String header) {
    if (name.length() != header.length()) {
      return false;
    }
    for (int i = 0; i < header.length(); i++) {
      if (plain(name.charAt(i)) != plain(header.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static char plain(char c) {
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }
}
