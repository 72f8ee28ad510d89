package io.sluice.gateway.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * {@code stripprefix}: what is taken off the path where it begins with it, whole segments only.
 *
 * @param prefixes the longest first; each begins with a slash and does not end with one
 */
public record StripPrefix(List<String> prefixes) implements Middleware.Spec {
  static StripPrefix read(JsonRecord json) throws JsonRecord.BadValue {
    List<String> prefixes = new ArrayList<>();
    for (String text : json.strings("Prefixes")) {
      prefixes.add(Paths.prefix(json, "Prefixes", text));
    }
    if (prefixes.isEmpty()) {
      throw json.bad("Prefixes", "nothing", "a list of prefixes, " + Paths.PREFIX);
    }
    prefixes.sort(Comparator.comparingInt(String::length).reversed());
    return new StripPrefix(List.copyOf(prefixes));
  }
}
