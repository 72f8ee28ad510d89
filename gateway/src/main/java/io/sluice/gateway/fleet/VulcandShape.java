package io.sluice.gateway.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.gateway.config.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records in the form in which Vulcand's API shows them and {@code vctl} writes them: every field
 * of Vulcand's is there, in its order, empty where nothing was said; what only Sluice knows stands
 * behind.
 */
public final class VulcandShape {
  private static final JsonMapper JSON = new JsonMapper();

  private static final String TLS =
      "{'PreferServerCipherSuites':false,'InsecureSkipVerify':false,'MinVersion':'','MaxVersion':'',"
          + "'SessionTicketsDisabled':false,'SessionCache':{'Type':'','Settings':null},'CipherSuites':null}";

  /** A member with a question mark is left out where the record has none. */
  private static final Map<Kind, JsonNode> SHAPES =
      Map.of(
          Kind.HOST,
          shape(
              "{'Name':'','Settings':{'Default':false,'KeyPair':null,'AutoCert':null,"
                  + "'OCSP':{'Enabled':false,'Period':'','Responders':null,'SkipSignatureCheck':false}}}"),
          Kind.LISTENER,
          shape(
              "{'Id':'','Protocol':'','Address':{'Network':'tcp','Address':''},'Scope':'','Settings?':{'TLS?':"
                  + TLS
                  + "},'ProxyProtocol':''}"),
          Kind.BACKEND,
          shape(
              "{'Id':'','Type':'','Settings':{'Timeouts':{'Read':'','Dial':'','TLSHandshake':''},"
                  + "'KeepAlive':{'Period':'','MaxIdleConnsPerHost':0},'TLS?':"
                  + TLS
                  + "}}"),
          Kind.SERVER,
          shape("{'Id':'','URL':''}"),
          Kind.FRONTEND,
          shape(
              "{'Id':'','Route':'','Type':'','BackendId':'','Settings':{'Limits':{'MaxMemBodyBytes':0,'MaxBodyBytes':0},"
                  + "'FailoverPredicate':'','Hostname':'','TrustForwardHeader':false,'PassHostHeader':false,"
                  + "'Stream':false,'StreamFlushIntervalNanoSecs':0}}"),
          Kind.MIDDLEWARE,
          shape("{'Id':'','Priority':0,'Type':'','Middleware':{}}"));

  private static final JsonNode AUTO_CERT =
      shape("{'Email':'','RenewBefore':0,'DirectoryURL':'','Key':''}");

  private static final Map<String, JsonNode> STAGES =
      Map.of(
          "ratelimit",
          shape("{'PeriodSeconds':0,'Requests':0,'Burst':0,'Variable':'','RateVar':''}"),
          "connlimit",
          shape("{'Connections':0,'Variable':''}"),
          "cbreaker",
          shape(
              "{'Condition':'','Fallback':null,'OnTripped':null,'OnStandby':null,'FallbackDuration':0,"
                  + "'RecoveryDuration':0,'CheckPeriod':0}"),
          "rewrite",
          shape("{'Regexp':'','Replacement':'','RewriteBody':false,'Redirect':false}"),
          "trace",
          shape("{'ReqHeaders':null,'RespHeaders':null,'Addr':''}"));

  private VulcandShape() {}

  private static JsonNode shape(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException typo) {
      throw new IllegalStateException(text, typo);
    }
  }

  /**
   * A record in its form.
   *
   * @param id as its key names it
   */
  public static ObjectNode of(Kind kind, String id, JsonNode record) {
    ObjectNode shaped = merged(SHAPES.get(kind), record);
    shaped.put(kind == Kind.HOST ? "Name" : "Id", id.substring(id.lastIndexOf('/') + 1));
    switch (kind) {
      case HOST -> {
        JsonNode auto = shaped.path("Settings").path("AutoCert");
        if (auto.isObject()) {
          ((ObjectNode) shaped.path("Settings")).set("AutoCert", merged(AUTO_CERT, auto));
        }
      }
      case LISTENER -> {
        shaped.put("Protocol", shaped.path("Protocol").asText().toLowerCase(Locale.ROOT));
        String proxy = shaped.path("ProxyProtocol").asText().toUpperCase(Locale.ROOT);
        shaped.put("ProxyProtocol", proxy.equals("NONE") ? "" : proxy);
      }
      case MIDDLEWARE -> {
        JsonNode stage = STAGES.get(shaped.path("Type").asText());
        if (stage != null && shaped.path("Middleware").isObject()) {
          shaped.set("Middleware", merged(stage, shaped.path("Middleware")));
        }
      }
      default -> {
        // It is whole.
      }
    }
    return shaped;
  }

  /** The same without a private key; of a sealed pair nothing is shown but that it is there. */
  public static ObjectNode shown(Kind kind, String id, JsonNode record) {
    ObjectNode shaped = of(kind, id, record);
    JsonNode pair = shaped.path("Settings").path("KeyPair");
    if (kind == Kind.HOST && !pair.isNull()) {
      ObjectNode without = JSON.createObjectNode();
      if (pair.isObject()) {
        without.put("Cert", base64(find(pair, "Cert")));
      } else {
        without.put("Sealed", true);
      }
      ((ObjectNode) shaped.path("Settings")).set("KeyPair", without);
    }
    if (shaped.path("Settings").path("AutoCert") instanceof ObjectNode auto) {
      auto.put("Key", "");
    }
    if (find(shaped.path("Settings").path("TLS"), "PrivateKey") != null) {
      ObjectNode tls = (ObjectNode) shaped.path("Settings").path("TLS");
      List.copyOf(tls.properties()).stream()
          .map(Map.Entry::getKey)
          .filter("PrivateKey"::equalsIgnoreCase)
          .forEach(tls::remove);
    }
    return shaped;
  }

  /** PEM as Go writes bytes. */
  private static String base64(@Nullable JsonNode pem) {
    String text = pem == null ? "" : pem.asText();
    return text.contains("-----BEGIN")
        ? Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
        : text;
  }

  /** The member of this name, in any case; null where there is none, or it says nothing. */
  public static @Nullable JsonNode find(JsonNode object, String name) {
    JsonNode exact = object.get(name);
    if (exact == null) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        if (member.getKey().equalsIgnoreCase(name)) {
          exact = member.getValue();
        }
      }
    }
    return exact == null || exact.isNull() ? null : exact;
  }

  private static ObjectNode merged(@Nullable JsonNode shape, JsonNode record) {
    ObjectNode merged = JSON.createObjectNode();
    if (shape != null) {
      shape
          .properties()
          .forEach(
              member -> {
                boolean optional = member.getKey().endsWith("?");
                String name = optional ? member.getKey().replace("?", "") : member.getKey();
                JsonNode said = find(record, name);
                JsonNode form = member.getValue();
                if (said == null && optional) {
                  return;
                }
                boolean deeper = form.isObject() && (said == null || said.isObject());
                merged.set(
                    name,
                    deeper
                        ? merged(form, said == null ? JSON.createObjectNode() : said)
                        : said == null ? form.deepCopy() : said.deepCopy());
              });
    }
    record
        .properties()
        .forEach(
            member -> {
              if (!hasName(merged, member.getKey())) {
                merged.set(member.getKey(), member.getValue().deepCopy());
              }
            });
    return merged;
  }

  private static boolean hasName(ObjectNode object, String name) {
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (member.getKey().equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes the members out of a record that nobody knows, as Vulcand passes over them.
   *
   * @param key of the record
   */
  public static void dropUnknown(String key, ObjectNode record) {
    TreeCheck check = TreeCheck.of(Map.of(key, record.toString()));
    for (Problem problem : check.problems()) {
      String where = problem.where();
      if (problem.found().equals(Problem.UNKNOWN_FIELD) && where.startsWith(key + " ")) {
        drop(record, where.substring(key.length() + 1).split(" ", -1));
      }
    }
  }

  private static void drop(ObjectNode record, String[] path) {
    JsonNode at = record;
    for (int i = 0; i + 1 < path.length; i++) {
      at = at.path(path[i]);
    }
    if (at instanceof ObjectNode holder) {
      holder.remove(path[path.length - 1]);
    }
  }
}
