package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a frontend's requests are shared by backends: {@code BackendId}, or {@code Split} and {@code
 * SplitOn}.
 *
 * @param on what keeps a client in its share; null for chance
 */
public record Split(List<Share> shares, @Nullable RequestKey on) {
  private static final int MAX_WEIGHT = 1_000_000;

  /**
   * A backend's part of the requests.
   *
   * @param weight its share of the sum of all weights; 0 for none
   * @param testers a route expression: requests that match it go here whatever the weights are;
   *     empty for none
   */
  public record Share(String backendId, int weight, String testers) {}

  /** Everything to one. */
  static Split to(String backendId) {
    return new Split(List.of(new Share(backendId, 1, "")), null);
  }

  static Split read(JsonRecord json) throws JsonRecord.BadValue {
    List<Share> shares = new ArrayList<>();
    for (JsonRecord share : json.objects("Split")) {
      shares.add(
          new Share(
              share.requiredString("BackendId", "the id of a backend"),
              (int) share.integer("Weight", 1, 0, MAX_WEIGHT),
              share.string("Testers", "")));
      share.close();
    }
    RequestKey on = null;
    if (json.has("SplitOn")) {
      String text = json.string("SplitOn", "");
      on = RequestKey.read(text);
      if (on == null) {
        throw json.bad("SplitOn", "\"" + text + "\"", RequestKey.EXPECTED);
      }
    }
    String backendId = json.string("BackendId", "");
    if (backendId.isEmpty() == shares.isEmpty()) {
      String found = shares.isEmpty() ? "neither BackendId nor Split" : "both BackendId and Split";
      throw json.bad("BackendId", found, "one of them");
    }
    if (shares.isEmpty()) {
      return to(backendId);
    }
    if (shares.stream().allMatch(share -> share.weight() == 0)) {
      throw json.bad("Split", "no weight above 0", "at least one");
    }
    return new Split(List.copyOf(shares), on);
  }
}
