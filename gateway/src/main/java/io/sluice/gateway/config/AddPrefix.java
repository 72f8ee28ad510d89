package io.sluice.gateway.config;

/**
 * {@code addprefix}: what is put before the path.
 *
 * @param prefix begins with a slash and does not end with one
 */
public record AddPrefix(String prefix) implements Middleware.Spec {
  static AddPrefix read(JsonRecord json) throws JsonRecord.BadValue {
    return new AddPrefix(Paths.prefix(json, "Prefix", json.requiredString("Prefix", Paths.PREFIX)));
  }
}
