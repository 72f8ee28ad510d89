package io.sluice.gateway.route;

import io.netty.util.AsciiString;

/** A request written as {@code METHOD host /path Name=value}. */
record TestRequest(
    AsciiString method,
    AsciiString host,
    AsciiString path,
    String headerName,
    AsciiString headerValue)
    implements RouteInput {
  static TestRequest of(String text) {
    String[] parts = text.split(" ");
    String[] header = parts.length > 3 ? parts[3].split("=") : new String[] {"", ""};
    return new TestRequest(
        AsciiString.of(parts[0]),
        AsciiString.of(parts[1]),
        AsciiString.of(parts[2]),
        header[0],
        AsciiString.of(header[1]));
  }

  @Override
  public AsciiString header(CharSequence name) {
    return !headerName.isEmpty() && AsciiString.contentEqualsIgnoreCase(headerName, name)
        ? headerValue
        : null;
  }
}
