package io.sluice.gateway.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The backends in a frontend's record, changed without touching what else it says. */
final class FrontendShares {
  private static final int ALL = 100;
  private static final JsonMapper JSON = new JsonMapper();

  private FrontendShares() {}

  /** The record with a share of {@code to} in percent, and the rest for {@code from}. */
  static String with(String record, String from, String to, int share) throws IOException {
    JsonNode node = JSON.readTree(record);
    if (!(node instanceof ObjectNode object)) {
      throw new IOException("the frontend's record is no JSON object");
    }
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (name.equalsIgnoreCase("BackendId") || name.equalsIgnoreCase("Split")) {
        object.remove(name);
      }
    }
    if (share == 0 || share == ALL) {
      object.put("BackendId", share == 0 ? from : to);
    } else {
      ArrayNode split = object.putArray("Split");
      split.addObject().put("BackendId", from).put("Weight", ALL - share);
      split.addObject().put("BackendId", to).put("Weight", share);
    }
    return JSON.writeValueAsString(object);
  }
}
