package io.sluice.gateway.config;

import java.util.List;

/**
 * {@code mirror}: a share of the safe requests goes to another backend, too, whose answers nobody
 * sees.
 *
 * @param percent of the requests whose method is safe and that have no body
 */
public record Mirror(String backendId, double percent) implements Middleware.Spec {
  static Mirror read(JsonRecord json) throws JsonRecord.BadValue {
    return new Mirror(
        json.requiredString("BackendId", "the id of the backend that gets copies"),
        json.percent("Percent", 100));
  }

  @Override
  public List<String> backends() {
    return List.of(backendId);
  }
}
