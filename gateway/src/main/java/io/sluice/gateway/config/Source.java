package io.sluice.gateway.config;

/** What tells one source of requests from another: {@code Variable} of a limit. */
public sealed interface Source {
  /** What is expected where one is written. */
  String EXPECTED = "client.ip, request.host or request.header.<name>";

  /** The client's address; of IPv6 the /64 network. */
  record ClientIp() implements Source {}

  /** The requested host. */
  record RequestHost() implements Source {}

  /** A request header's first value; requests without it are one source. */
  record RequestHeader(String name) implements Source {}

  static Source read(JsonRecord json) throws JsonRecord.BadValue {
    String text = json.requiredString("Variable", EXPECTED);
    if (text.equals("client.ip")) {
      return new ClientIp();
    }
    if (text.equals("request.host")) {
      return new RequestHost();
    }
    String header = header(text);
    if (header.isEmpty()) {
      throw json.bad("Variable", "\"" + text + "\"", EXPECTED);
    }
    return new RequestHeader(header);
  }

  /** The name in {@code request.header.<name>}; empty when it is none. */
  static String header(String text) {
    String start = "request.header.";
    String name = text.startsWith(start) ? text.substring(start.length()) : "";
    return Names.isToken(name) ? name : "";
  }
}
