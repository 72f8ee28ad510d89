package io.sluice.gateway.config;

import com.google.re2j.Pattern;

/**
 * {@code rewrite}, as Vulcand has it: every match of a regular expression in {@code
 * scheme://Host/path?query} is replaced.
 *
 * @param regexp RE2
 * @param body whether the body of a response may ask for things of a request that was rewritten
 * @param redirect whether the client is sent to the new URL with 302
 */
public record Rewrite(Pattern regexp, Replacement replacement, boolean body, boolean redirect)
    implements Middleware.Spec {
  static Rewrite read(JsonRecord json) throws JsonRecord.BadValue {
    Pattern regexp = json.regexp("Regexp");
    return new Rewrite(
        regexp,
        Replacement.read(json, regexp, true),
        json.bool("RewriteBody", false),
        json.bool("Redirect", false));
  }
}
