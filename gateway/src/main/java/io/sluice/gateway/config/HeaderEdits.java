package io.sluice.gateway.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code headers}: header fields set, added and removed on both ways.
 *
 * @param hsts null for none
 */
public record HeaderEdits(Edits request, Edits response, @Nullable Hsts hsts)
    implements Middleware.Spec {
  /**
   * Done in this order; a value that comes out empty sets nothing, and what it would have replaced
   * goes.
   */
  public record Edits(
      List<String> remove, Map<String, ValueTemplate> set, Map<String, ValueTemplate> add) {
    public boolean isEmpty() {
      return remove.isEmpty() && set.isEmpty() && add.isEmpty();
    }
  }

  /** Strict-Transport-Security (RFC 6797 section 6.1), said over TLS only (section 7.2). */
  public record Hsts(Duration maxAge, boolean includeSubDomains, boolean preload) {
    /** The field's value. */
    public String text() {
      return "max-age="
          + maxAge.toSeconds()
          + (includeSubDomains ? "; includeSubDomains" : "")
          + (preload ? "; preload" : "");
    }
  }

  /** What frames a message or belongs to one connection is nobody's to change. */
  private static final Set<String> NOT_ONES_OWN =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "via");

  static HeaderEdits read(JsonRecord json) throws JsonRecord.BadValue {
    Hsts hsts = null;
    if (json.has("HSTS")) {
      JsonRecord said = json.object("HSTS");
      hsts =
          new Hsts(
              said.duration("MaxAge", Duration.ofDays(365)),
              said.bool("IncludeSubDomains", false),
              said.bool("Preload", false));
      said.close();
    }
    HeaderEdits edits =
        new HeaderEdits(edits(json.object("Request")), edits(json.object("Response")), hsts);
    if (edits.response.set.keySet().stream().anyMatch(name -> name.equalsIgnoreCase("Host"))) {
      throw json.bad("Response", "Host", "header fields of responses");
    }
    return edits;
  }

  private static Edits edits(JsonRecord json) throws JsonRecord.BadValue {
    List<String> remove = new ArrayList<>();
    for (String name : json.strings("Remove")) {
      remove.add(checked(json, "Remove", name));
    }
    Edits edits = new Edits(List.copyOf(remove), values(json, "Set"), values(json, "Add"));
    json.close();
    return edits;
  }

  private static Map<String, ValueTemplate> values(JsonRecord json, String name)
      throws JsonRecord.BadValue {
    Map<String, ValueTemplate> values = new LinkedHashMap<>();
    for (Map.Entry<String, String> each : json.texts(name).entrySet()) {
      values.put(
          checked(json, name, each.getKey()), ValueTemplate.read(json, name, each.getValue()));
    }
    return Map.copyOf(values);
  }

  private static String checked(JsonRecord json, String where, String name)
      throws JsonRecord.BadValue {
    if (!Names.isToken(name) || NOT_ONES_OWN.contains(name.toLowerCase(Locale.ROOT))) {
      throw json.bad(
          where, "\"" + name + "\"", "a header name that is not about the connection or the body");
    }
    return name;
  }
}
