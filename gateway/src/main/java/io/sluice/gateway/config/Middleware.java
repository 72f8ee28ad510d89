package io.sluice.gateway.config;

import java.util.List;

/**
 * One stage of a frontend as it was written: key {@code frontends/<id>/middlewares/<mid>}.
 *
 * @param priority lower runs first, then the id decides
 * @param spec what it does
 */
public record Middleware(String frontendId, String id, int priority, Spec spec) {
  /** The settings of one type of stage; see {@link StageType}. */
  public sealed interface Spec
      permits AddPrefix,
          ApiKeys,
          BasicAuth,
          BodyBuffer,
          CircuitBreaker,
          ClientCert,
          Compress,
          ConnLimit,
          Cors,
          ErrorPages,
          Fault,
          ForwardAuth,
          HeaderEdits,
          IpAccess,
          Jwt,
          Maintenance,
          Mirror,
          RateLimit,
          Redirect,
          ReplacePath,
          Rewrite,
          StripPrefix,
          Trace {
    /** The backends that it sends requests to by itself. */
    default List<String> backends() {
      return List.of();
    }

    /**
     * What decides beside the request itself, for people; empty where nothing does. Who asks later
     * and elsewhere cannot tell then what was decided.
     */
    default String decidedBy() {
      return "";
    }

    /** Whether it wants all gateways to count together. */
    default boolean countsOverFleet() {
      return false;
    }
  }

  static Middleware read(String frontendId, String id, JsonRecord json) throws JsonRecord.BadValue {
    json.ignore("Id");
    String text = json.requiredString("Type", "a type such as " + StageType.names());
    StageType type = StageType.named(text);
    if (type == null) {
      throw json.bad("Type", "\"" + text + "\"", StageType.names());
    }
    int priority = (int) json.integer("Priority", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    JsonRecord settings = json.strict("Middleware");
    Spec spec = type.read(settings);
    settings.close();
    json.close();
    return new Middleware(frontendId, id, priority, spec);
  }
}
