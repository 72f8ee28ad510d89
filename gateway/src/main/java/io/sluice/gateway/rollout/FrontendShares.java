package io.sluice.gateway.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The backends in a frontend's record, changed without touching what else it says. */
final class FrontendShares {
  private static final int ALL = 100;
  private static final Set<String> OURS = Set.of("backendid", "split", "spliton");
  private static final JsonMapper JSON = new JsonMapper();

  private FrontendShares() {}

  /** The record with everything at one backend. */
  static String only(String record, String backend) throws IOException {
    ObjectNode object = withoutShares(record);
    return JSON.writeValueAsString(object.put("BackendId", backend));
  }

  /**
   * The record with a share of the plan's new backend in percent, the same for its control, if
   * there is one, and the rest for the old.
   */
  static String of(String record, Shift plan, int share) throws IOException {
    if (share == ALL) {
      return only(record, plan.to());
    }
    ObjectNode object = withoutShares(record);
    ArrayNode split = object.putArray("Split");
    int controlled = plan.control().isEmpty() ? 0 : Math.min(share, ALL - share);
    if (share + controlled < ALL) {
      split.addObject().put("BackendId", plan.from()).put("Weight", ALL - share - controlled);
    }
    if (controlled > 0) {
      split.addObject().put("BackendId", plan.control()).put("Weight", controlled);
    }
    ObjectNode isNew = split.addObject().put("BackendId", plan.to()).put("Weight", share);
    if (!plan.testers().isEmpty()) {
      isNew.put("Testers", plan.testers());
    }
    if (!plan.sticky().isEmpty()) {
      object.put("SplitOn", plan.sticky());
    }
    return JSON.writeValueAsString(object);
  }

  private static ObjectNode withoutShares(String record) throws IOException {
    JsonNode node = JSON.readTree(record);
    if (!(node instanceof ObjectNode object)) {
      throw new IOException("the frontend's record is no JSON object");
    }
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
        object.remove(name);
      }
    }
    return object;
  }
}
