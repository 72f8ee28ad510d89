package io.sluice.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Records as they may be shown to people who did not ask for their secrets. */
public final class Secrets {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> NAMES = Set.of("key", "privatekey", "password", "secret");

  /** Objects with secrets in them: whatever else stands there may be one. */
  private static final Set<String> HOLDERS = Set.of("keypair", "tls", "settings");

  /** Whom a stage knows, and by which hashes. */
  private static final Set<String> HASHES = Set.of("users", "keys");

  private static final int LONGEST_NAME = 40;
  private static final String HIDDEN = "(a secret)";
  private static final String SEALED = "(a sealed secret)";

  private Secrets() {}

  /**
   * A record's value with {@value #HIDDEN} in the place of private keys and passwords.
   *
   * @param key of the record
   */
  public static String hidden(String key, String value) {
    try {
      JsonNode node = JSON.readTree(value);
      if (node != null && node.isObject() && (!isHost(key) || isPair(node))) {
        return hide(node) ? JSON.writeValueAsString(node) : Shown.withoutUser(value);
      }
    } catch (JsonProcessingException notJson) {
      // Nobody knows what in it is secret.
    }
    return "(a text of " + value.length() + " characters)";
  }

  private static String hidden(JsonNode value) {
    return value.isTextual() && SealKeys.isSealed(value.textValue()) ? SEALED : HIDDEN;
  }

  private static boolean isHost(String key) {
    return key.startsWith("hosts/");
  }

  /** Whether a host's record is one in which it is known where the secrets are. */
  private static boolean isPair(JsonNode host) {
    for (Map.Entry<String, JsonNode> field : host.properties()) {
      boolean settings = field.getKey().equalsIgnoreCase("Settings");
      if (settings ? !field.getValue().isObject() : field.getKey().length() > LONGEST_NAME) {
        return false;
      }
    }
    return true;
  }

  /** Hides them in place; whether there was one. */
  private static boolean hide(JsonNode node) {
    boolean hid = false;
    if (node instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        String name = field.getKey().toLowerCase(Locale.ROOT);
        boolean pair = HOLDERS.contains(name) && !field.getValue().isObject();
        if (HASHES.contains(name) && field.getValue() instanceof ObjectNode hashes) {
          hashes.properties().forEach(hash -> hash.setValue(TextNode.valueOf(HIDDEN)));
          hid = true;
        }
        if ((pair || NAMES.contains(name)) && !field.getValue().isNull()) {
          field.setValue(TextNode.valueOf(hidden(field.getValue())));
          hid = true;
        }
      }
    }
    for (JsonNode child : node) {
      hid |= hide(child);
    }
    return hid;
  }
}
