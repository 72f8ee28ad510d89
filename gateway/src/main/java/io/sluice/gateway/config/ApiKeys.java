package io.sluice.gateway.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code apikey}: who shows a key that is known is let through.
 *
 * @param header in which the key comes
 * @param idsByHash whose key it is, by its SHA-256 in hexadecimal digits
 * @param file lines {@code ID sha256:HEX}, read beside; empty for none
 * @param idHeader in which the server hears the id
 */
public record ApiKeys(String header, Map<String, String> idsByHash, String file, String idHeader)
    implements Middleware.Spec {
  @Override
  public String decidedBy() {
    return file.isEmpty() ? "" : "the file " + file + " of the gateway";
  }

  static ApiKeys read(JsonRecord json) throws JsonRecord.BadValue {
    Map<String, String> ids = new LinkedHashMap<>();
    for (Map.Entry<String, String> key : json.texts("Keys").entrySet()) {
      if (!Names.isToken(key.getKey())) {
        throw json.bad("Keys", "\"" + key.getKey() + "\"", "an id of letters, digits and dashes");
      }
      ids.put(Sha256.digits(json, "Keys", key.getValue()), key.getKey());
    }
    String file = json.string("File", "");
    if (ids.isEmpty() && file.isEmpty()) {
      throw json.bad("Keys", "neither Keys nor File", "one of them");
    }
    return new ApiKeys(
        json.headerName("Header", "X-Api-Key"),
        Map.copyOf(ids),
        file,
        json.headerName("IdHeader", "X-Consumer"));
  }
}
