package io.sluice.gateway.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * One server of a backend as it was written: key {@code backends/<id>/servers/<sid>}, usually under
 * a lease.
 *
 * @param host its name or address, IPv6 without brackets
 * @param port its port
 * @param tls whether it is reached over TLS
 * @param weight its share of the backend's requests; 0 for none
 * @param draining whether it takes no new exchange and only finishes its own
 */
public record Server(
    String backendId, String id, String host, int port, boolean tls, int weight, boolean draining) {
  private static final int MAX_WEIGHT = 1_000;

  /** The key that it is written at. */
  public String key() {
    return "backends/" + backendId + "/servers/" + id;
  }

  static Server read(String backendId, String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    json.ignore("Stats");
    json.ignore("Labels");
    String url = json.requiredString("URL", "http://host:port");
    final int weight = (int) json.integer("Weight", 1, 0, MAX_WEIGHT);
    String state = json.string("State", "active").toLowerCase(Locale.ROOT);
    if (!state.equals("active") && !state.equals("draining")) {
      throw json.bad("State", "\"" + state + "\"", "active or draining");
    }
    json.close();
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException notOne) {
      throw json.bad("URL", "\"" + url + "\"", "http://host:port or https://host:port");
    }
    String host = uri.getHost();
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    if ((!tls && !"http".equalsIgnoreCase(uri.getScheme())) || host == null) {
      throw json.bad("URL", "\"" + url + "\"", "http://host:port or https://host:port");
    }
    String path = uri.getRawPath();
    boolean more =
        uri.getRawUserInfo() != null
            || (path != null && !path.isEmpty() && !path.equals("/"))
            || uri.getRawQuery() != null
            || uri.getRawFragment() != null;
    if (more) {
      json.warn(
          "URL",
          "\"" + url + "\", of which user, path, query and fragment have no effect",
          "http://host:port or https://host:port");
    }
    int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
    if (port < 1 || port > 65535) {
      throw json.bad("URL", "\"" + url + "\"", "a port from 1 to 65535");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    if (tls && !Names.isHost(bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare)) {
      throw json.bad("URL", "\"" + url + "\"", "a host that a certificate can name");
    }
    return new Server(
        backendId, id, bare.toLowerCase(Locale.ROOT), port, tls, weight, state.equals("draining"));
  }
}
