package io.sluice.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code trace}, as Vulcand has it: a line to a syslog for each exchange.
 *
 * @param requestHeaders whose values are told
 * @param responseHeaders the same
 * @param transport how it is sent
 * @param host empty for a socket on this machine
 * @param port 0 for a socket on this machine
 * @param path of the socket; empty for a host
 * @param priority facility and severity (RFC 3164 section 4.1.1)
 * @param prefix what stands before the JSON
 */
public record Trace(
    List<String> requestHeaders,
    List<String> responseHeaders,
    Transport transport,
    String host,
    int port,
    String path,
    int priority,
    String prefix)
    implements Middleware.Spec {
  /** How a line is sent. */
  public enum Transport {
    /** One datagram each: {@code syslog://host:514}. */
    UDP,
    /** One line each, RFC 6587 section 3.4.2: {@code syslog+tcp://host:514}. */
    TCP,
    /** One datagram each to a socket of this machine: {@code syslog:///dev/log}. */
    UNIX
  }

  private static final String EXPECTED =
      "syslog://host:port, syslog+tcp://host:port or syslog:///path, with f=, sev= and prefix=";
  private static final String MACHINES_OWN = "/dev/log";
  private static final int SYSLOG_PORT = 514;
  private static final int LOCAL0 = 16;
  private static final List<String> FACILITIES =
      List.of(
          "KERN",
          "USER",
          "MAIL",
          "DAEMON",
          "AUTH",
          "SYSLOG",
          "LPR",
          "NEWS",
          "UUCP",
          "CRON",
          "AUTHPRIV",
          "FTP");
  private static final List<String> SEVERITIES =
      List.of("EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG");

  static Trace read(JsonRecord json) throws JsonRecord.BadValue {
    String text = json.requiredString("Addr", EXPECTED);
    URI address;
    try {
      address = new URI(text);
    } catch (URISyntaxException unreadable) {
      throw json.bad("Addr", "\"" + text + "\"", EXPECTED);
    }
    String scheme = String.valueOf(address.getScheme());
    boolean tcp = scheme.equals("syslog+tcp");
    String host = address.getHost() == null ? "" : address.getHost();
    String path = address.getPath() == null ? "" : address.getPath();
    boolean known = tcp ? !host.isEmpty() : scheme.equals("syslog");
    if (!known || (address.getRawAuthority() != null && host.isEmpty())) {
      throw json.bad("Addr", "\"" + text + "\"", EXPECTED);
    }
    return new Trace(
        json.tokens("ReqHeaders", "header names"),
        json.tokens("RespHeaders", "header names"),
        tcp ? Transport.TCP : host.isEmpty() ? Transport.UNIX : Transport.UDP,
        host,
        host.isEmpty() ? 0 : address.getPort() < 0 ? SYSLOG_PORT : address.getPort(),
        host.isEmpty() ? path.isEmpty() ? MACHINES_OWN : path : "",
        facility(json, query(address, "f")) * SEVERITIES.size()
            + severity(json, query(address, "sev")),
        prefix(address));
  }

  /** The value of a parameter; empty where there is none. */
  private static String query(URI address, String name) {
    String query = address.getRawQuery() == null ? "" : address.getRawQuery();
    return Arrays.stream(query.split("&", -1))
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  private static String prefix(URI address) {
    String prefix = query(address, "prefix");
    return prefix.isEmpty() ? "@cee: " : URLDecoder.decode(prefix, StandardCharsets.UTF_8);
  }

  private static int facility(JsonRecord json, String name) throws JsonRecord.BadValue {
    String upper = name.toUpperCase(Locale.ROOT).replace("LOG_", "");
    if (upper.matches("LOCAL[0-7]")) {
      return LOCAL0 + upper.charAt(upper.length() - 1) - '0';
    }
    int facility = FACILITIES.indexOf(upper);
    if (!name.isEmpty() && facility <= 0) {
      throw json.bad(
          "Addr",
          "f=" + name,
          "f= with one of " + FACILITIES.subList(1, 12) + ", LOCAL0 to LOCAL7");
    }
    return name.isEmpty() ? LOCAL0 : facility;
  }

  private static int severity(JsonRecord json, String name) throws JsonRecord.BadValue {
    int severity = SEVERITIES.indexOf(name.toUpperCase(Locale.ROOT));
    if (!name.isEmpty() && severity <= 0) {
      throw json.bad("Addr", "sev=" + name, "sev= with one of " + SEVERITIES.subList(1, 8));
    }
    return name.isEmpty() ? SEVERITIES.size() - 1 : severity;
  }
}
