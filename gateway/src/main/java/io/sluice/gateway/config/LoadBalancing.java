package io.sluice.gateway.config;

/**
 * How a backend's servers share its requests: {@code Settings.LoadBalancing} of a backend.
 *
 * @param policy how one is chosen
 * @param hashOn what of a request decides, for {@link Policy#HASH}
 * @param boundedLoad how much more than the average a server may have, in percent, for {@link
 *     Policy#HASH}; 125 is a quarter more
 * @param panicPercent below this share of usable servers, all are used
 */
public record LoadBalancing(Policy policy, RequestKey hashOn, int boundedLoad, int panicPercent) {
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

  /** What holds where nothing is written. */
  public static final LoadBalancing DEFAULT =
      new LoadBalancing(Policy.ROUND_ROBIN, RequestKey.CLIENT_IP, 125, 0);

  static LoadBalancing read(JsonRecord json) throws JsonRecord.BadValue {
    Policy policy = json.choice("Policy", Policy.ROUND_ROBIN);
    String key = json.string("HashOn", "client.ip");
    RequestKey hashOn = RequestKey.read(key);
    if (hashOn == null) {
      throw json.bad("HashOn", "\"" + key + "\"", RequestKey.EXPECTED);
    }
    int boundedLoad = (int) json.integer("BoundedLoad", DEFAULT.boundedLoad, 101, 10_000);
    int panic = (int) json.integer("PanicPercent", DEFAULT.panicPercent, 0, 100);
    json.close();
    return new LoadBalancing(policy, hashOn, boundedLoad, panic);
  }
}
