package io.sluice.gateway.config;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.Targets;

/** Paths that operators write. */
final class Paths {
  static final String PREFIX = "a path such as /api, without a query and a slash at its end";

  private Paths() {}

  /** A prefix in its normal form. */
  static String prefix(JsonRecord json, String name, String text) throws JsonRecord.BadValue {
    AsciiString normal = text.contains("?") ? null : Targets.normal(text);
    if (normal == null || normal.byteAt(normal.length() - 1) == '/') {
      throw json.bad(name, "\"" + text + "\"", PREFIX);
    }
    return normal.toString();
  }
}
