package io.sluice.gateway.config;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.sluice.gateway.http.Targets;
import org.jspecify.annotations.Nullable;

/**
 * {@code replacepath}: another path; the query stays.
 *
 * @param path the whole path; empty where a regular expression says it
 * @param regexp what is replaced in the path, RE2; null for the whole path
 * @param replacement of what was found; null for the whole path
 */
public record ReplacePath(String path, @Nullable Pattern regexp, @Nullable Replacement replacement)
    implements Middleware.Spec {
  static ReplacePath read(JsonRecord json) throws JsonRecord.BadValue {
    String path = json.string("Path", "");
    String regexp = json.string("Regexp", "");
    String replacement = json.string("Replacement", "");
    if (path.isEmpty() == regexp.isEmpty()) {
      throw json.bad(
          "Path", path.isEmpty() ? "neither Path nor Regexp" : "both Path and Regexp", "one");
    }
    if (!regexp.isEmpty()) {
      Pattern compiled = json.regexp("Regexp");
      return new ReplacePath("", compiled, Replacement.read(json, compiled, false));
    }
    AsciiString normal = path.contains("?") ? null : Targets.normal(path);
    if (normal == null || !replacement.isEmpty()) {
      throw json.bad(
          normal == null ? "Path" : "Replacement",
          "\"" + (normal == null ? path : replacement) + "\"",
          normal == null ? "a path such as /x, without a query" : "nothing beside Path");
    }
    return new ReplacePath(normal.toString(), null, null);
  }
}
