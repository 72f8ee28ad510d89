package io.sluice.gateway.config;

/** TCP port numbers as text. */
final class Ports {
  private Ports() {}

  /** The port, or -1 when the text is not a number from 1 to 65535. */
  static int parse(String text) {
    if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port >= 1 && port <= 65535 ? port : -1;
  }
}
