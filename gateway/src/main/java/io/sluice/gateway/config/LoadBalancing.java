package io.sluice.gateway.config;

import java.util.Locale;

/**
 * How a backend's servers share its requests: {@code Settings.LoadBalancing} of a backend.
 *
 * @param policy how one is chosen
 * @param hashOn what of a request decides, for {@link Policy#HASH}
 * @param hashName the header's or cookie's name, where it is one
 * @param boundedLoad how much more than the average a server may have, in percent, for {@link
 *     Policy#HASH}; 125 is a quarter more
 * @param panicPercent below this share of usable servers, all are used
 */
public record LoadBalancing(
    Policy policy, HashOn hashOn, String hashName, int boundedLoad, int panicPercent) {
  /** How a server is chosen. */
  public enum Policy {
    ROUND_ROBIN,
    /** The one with fewer requests under way, of two drawn by weight. */
    LEAST_REQUEST,
    /**
     * The one that will answer sooner, of two: by peak-sensitive latency and requests under way.
     */
    PEAK_EWMA,
    /** The same one for the same key, as long as it is there and not overloaded. */
    HASH
  }

  /** What of a request a hash is made of. */
  public enum HashOn {
    CLIENT_IP,
    PATH,
    HEADER,
    COOKIE
  }

  /** What holds where nothing is written. */
  public static final LoadBalancing DEFAULT =
      new LoadBalancing(Policy.ROUND_ROBIN, HashOn.CLIENT_IP, "", 125, 0);

  private static final String HEADER = "request.header.";
  private static final String COOKIE = "request.cookie.";

  static LoadBalancing read(JsonRecord json) throws JsonRecord.BadValue {
    Policy policy = json.choice("Policy", Policy.ROUND_ROBIN);
    String key = json.string("HashOn", "client.ip");
    String lower = key.toLowerCase(Locale.ROOT);
    HashOn hashOn;
    String name = "";
    if (lower.equals("client.ip")) {
      hashOn = HashOn.CLIENT_IP;
    } else if (lower.equals("request.path")) {
      hashOn = HashOn.PATH;
    } else if (lower.startsWith(HEADER) && lower.length() > HEADER.length()) {
      hashOn = HashOn.HEADER;
      name = key.substring(HEADER.length());
    } else if (lower.startsWith(COOKIE) && lower.length() > COOKIE.length()) {
      hashOn = HashOn.COOKIE;
      name = key.substring(COOKIE.length());
    } else {
      throw json.bad(
          "HashOn",
          "\"" + key + "\"",
          "client.ip, request.path, request.header.NAME or request.cookie.NAME");
    }
    int boundedLoad = (int) json.integer("BoundedLoad", DEFAULT.boundedLoad, 101, 10_000);
    int panic = (int) json.integer("PanicPercent", DEFAULT.panicPercent, 0, 100);
    json.close();
    return new LoadBalancing(policy, hashOn, name, boundedLoad, panic);
  }
}
