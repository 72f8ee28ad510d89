package io.sluice.gateway.config;

import java.time.Duration;
import java.util.List;

/**
 * One stage of a frontend as it was written: key {@code frontends/<id>/middlewares/<mid>}.
 *
 * @param priority lower runs first, then the id decides
 * @param spec what it does
 */
public record Middleware(String frontendId, String id, int priority, Spec spec) {
  /** The settings of one type of middleware. */
  public sealed interface Spec {}

  /**
   * At most so many requests a period for each value of a variable.
   *
   * @param rates all of them must allow a request
   * @param rateHeader a request header whose JSON replaces the rates, or empty
   */
  public record RateLimit(Variable variable, List<Rate> rates, String rateHeader) implements Spec {}

  /**
   * At most so many requests at a time for each value of a variable.
   *
   * @param connections how many; 0 refuses all
   */
  public record ConnLimit(Variable variable, int connections) implements Spec {}

  /**
   * An average and how far it may be exceeded at once.
   *
   * @param requests how many in a period
   * @param burst how many at once
   */
  public record Rate(Duration period, long requests, long burst) {}

  /** What tells one source of requests from another. */
  public sealed interface Variable {
    /** The client's address; of IPv6 the /64 network. */
    record ClientIp() implements Variable {}

    /** The requested host. */
    record RequestHost() implements Variable {}

    /** A request header's first value; requests without it are one source. */
    record RequestHeader(String name) implements Variable {}
  }

  private static final String HEADER = "request.header.";

  static Middleware read(String frontendId, String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    String type = json.requiredString("Type", "a middleware type such as ratelimit or connlimit");
    int priority = (int) json.integer("Priority", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    JsonRecord settings = json.object("Middleware");
    Spec spec =
        switch (type) {
          case "ratelimit" -> rateLimit(settings);
          case "connlimit" -> connLimit(settings);
          default ->
              throw json.bad(
                  "Type",
                  "\"" + type + "\"",
                  "ratelimit or connlimit (no other type is built in yet)");
        };
    settings.close();
    json.close();
    return new Middleware(frontendId, id, priority, spec);
  }

  private static RateLimit rateLimit(JsonRecord json) throws JsonRecord.BadValue {
    Variable variable = variable(json);
    long period = json.integer("PeriodSeconds", 0, 1, 31_536_000);
    long requests = json.integer("Requests", 0, 1, Rates.MAX_REQUESTS);
    long burst = json.integer("Burst", requests, 1, Rates.MAX_REQUESTS);
    if (period == 0 || requests == 0) {
      throw json.bad(
          period == 0 ? "PeriodSeconds" : "Requests", "nothing", "a whole number of at least 1");
    }
    String rateVar = json.string("RateVar", "");
    if (!rateVar.isEmpty() && !isHeader(rateVar)) {
      throw json.bad("RateVar", "\"" + rateVar + "\"", "request.header.<name>, or nothing");
    }
    String rateHeader = rateVar.isEmpty() ? "" : rateVar.substring(HEADER.length());
    return new RateLimit(
        variable, List.of(new Rate(Duration.ofSeconds(period), requests, burst)), rateHeader);
  }

  private static ConnLimit connLimit(JsonRecord json) throws JsonRecord.BadValue {
    if (!json.has("Connections")) {
      throw json.bad("Connections", "nothing", "a whole number of at least 0");
    }
    return new ConnLimit(
        variable(json), (int) json.integer("Connections", 0, 0, Integer.MAX_VALUE));
  }

  private static Variable variable(JsonRecord json) throws JsonRecord.BadValue {
    String text =
        json.requiredString("Variable", "client.ip, request.host or request.header.<name>");
    if (text.equals("client.ip")) {
      return new Variable.ClientIp();
    }
    if (text.equals("request.host")) {
      return new Variable.RequestHost();
    }
    if (isHeader(text)) {
      return new Variable.RequestHeader(text.substring(HEADER.length()));
    }
    throw json.bad(
        "Variable", "\"" + text + "\"", "client.ip, request.host or request.header.<name>");
  }

  private static boolean isHeader(String text) {
    return text.startsWith(HEADER) && Names.isToken(text.substring(HEADER.length()));
  }
}
