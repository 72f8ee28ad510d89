package io.sluice.gateway.config;

/**
 * {@code connlimit}: at most so many requests at a time for each value of a variable.
 *
 * @param connections how many; 0 refuses all
 * @param shadow whether it only counts what it would refuse
 * @param fleet whether all gateways count together
 */
public record ConnLimit(Source variable, int connections, boolean shadow, boolean fleet)
    implements Middleware.Spec {
  @Override
  public boolean countsOverFleet() {
    return fleet;
  }

  @Override
  public String decidedBy() {
    return "what is counted";
  }

  static ConnLimit read(JsonRecord json) throws JsonRecord.BadValue {
    if (!json.has("Connections")) {
      throw json.bad("Connections", "nothing", "a whole number of at least 0");
    }
    return new ConnLimit(
        Source.read(json),
        (int) json.integer("Connections", 0, 0, Integer.MAX_VALUE),
        json.bool("Shadow", false),
        json.bool("Fleet", false));
  }
}
