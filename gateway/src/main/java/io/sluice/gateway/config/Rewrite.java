package io.sluice.gateway.config;

import com.google.re2j.Pattern;

/**
 * {@code rewrite}, as Vulcand has it: every match of a regular expression in {@code
 * scheme://Host/path?query} is replaced.
 *
 * @param regexp RE2
 * @param redirect whether the client is sent to the new URL with 302
 */
public record Rewrite(Pattern regexp, Replacement replacement, boolean redirect)
    implements Middleware.Spec {
  static Rewrite read(JsonRecord json) throws JsonRecord.BadValue {
    if (json.bool("RewriteBody", false)) {
      throw json.bad("RewriteBody", "true", "false: bodies pass as they are");
    }
    Pattern regexp = json.regexp("Regexp");
    return new Rewrite(regexp, Replacement.read(json, regexp, true), json.bool("Redirect", false));
  }
}
