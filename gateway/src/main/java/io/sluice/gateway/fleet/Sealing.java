package io.sluice.gateway.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.sluice.gateway.config.AcmeAccount;
import io.sluice.gateway.config.SealKeys;
import io.sluice.gateway.config.SealKeys.SealedException;
import io.sluice.gateway.store.EtcdStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens the secrets in records: a host's {@code Settings.KeyPair}, as Vulcand does, and
 * its {@code Settings.AutoCert.Key}, a backend's {@code Settings.TLS.PrivateKey}, and the keys of
 * what gateways got by ACME. Everything else of a record stays as it is written.
 */
public final class Sealing {
  private static final JsonMapper JSON = new JsonMapper();

  private final SealKeys keys;

  public Sealing(SealKeys keys) {
    this.keys = keys;
  }

  /** One secret's place in a record. */
  private record Place(ObjectNode holder, String name, JsonNode value) {
    boolean isSealed() {
      return value.isTextual() && SealKeys.isSealed(value.textValue());
    }
  }

  /** Whether a record has a secret that anybody who reads it knows. */
  public static boolean isInClear(String key, String value) {
    return places(key, parse(value)).stream().anyMatch(place -> !place.isSealed());
  }

  /** The record with its secret sealed under the first key; itself where it has none in clear. */
  public String seal(String key, String value) {
    JsonNode record = parse(value);
    List<Place> clear = places(key, record).stream().filter(each -> !each.isSealed()).toList();
    for (Place place : clear) {
      String text = place.value.isTextual() ? place.value.textValue() : place.value.toString();
      place.holder.set(place.name, TextNode.valueOf(keys.seal(text)));
    }
    return clear.isEmpty() ? value : text(record);
  }

  /**
   * The record with its secret in clear; itself where it has none that is sealed.
   *
   * @throws SealedException when there is no key that opens it
   */
  public String open(String key, String value) throws SealedException {
    JsonNode record = parse(value);
    List<Place> sealed = places(key, record).stream().filter(Place::isSealed).toList();
    for (Place place : sealed) {
      String opened = keys.open(place.value.textValue());
      JsonNode pair = opened.startsWith("{") ? parse(opened) : null;
      place.holder.set(place.name, pair == null ? TextNode.valueOf(opened) : pair);
    }
    return sealed.isEmpty() ? value : text(record);
  }

  /**
   * The record with its secret sealed under the first key, whichever it was sealed under; itself
   * where it is.
   *
   * @throws SealedException when there is no key that opens it
   */
  public String rotate(String key, String value) throws SealedException {
    boolean done =
        places(key, parse(value)).stream()
            .allMatch(place -> keys.isSealedByFirst(place.value.asText()));
    return done ? value : seal(key, open(key, value));
  }

  /**
   * Records as they are to be written: sealed, and those whose secret is what the store has already
   * as they are there.
   */
  public Map<String, @Nullable String> toWrite(
      EtcdStore.Snapshot now, Map<String, @Nullable String> wanted) {
    if (!keys.canSeal()) {
      return wanted;
    }
    Map<String, @Nullable String> sealed = new TreeMap<>();
    wanted.forEach(
        (key, value) -> sealed.put(key, value == null ? null : toWrite(now, key, value)));
    return sealed;
  }

  private String toWrite(EtcdStore.Snapshot now, String key, String value) {
    EtcdStore.Stored stored = now.keys().get(key);
    if (stored != null && isInClear(key, value)) {
      try {
        if (parse(open(key, stored.value())).equals(parse(value))) {
          return stored.value();
        }
      } catch (SealedException another) {
        // It is replaced.
      }
    }
    return seal(key, value);
  }

  /** Where a record has secrets, of those that are sealed. */
  private static List<Place> places(String key, JsonNode record) {
    JsonNode settings = field(record, "Settings");
    if (Kind.HOST.findId(key) != null) {
      return present(place(settings, "KeyPair"), place(field(settings, "AutoCert"), "Key"));
    }
    if (Kind.BACKEND.findId(key) != null) {
      return present(place(field(settings, "TLS"), "PrivateKey"));
    }
    return key.startsWith(AcmeAccount.FOLDER)
        ? present(place(record, "KeyPair"), place(record, "Key"))
        : List.of();
  }

  private static List<Place> present(@Nullable Place... places) {
    return Stream.of(places).filter(Objects::nonNull).toList();
  }

  private static @Nullable Place place(JsonNode holder, String wanted) {
    String name = name(holder, wanted);
    if (!(holder instanceof ObjectNode object) || name == null) {
      return null;
    }
    JsonNode value = object.path(name);
    boolean empty = value.isNull() || (value.isTextual() && value.textValue().isEmpty());
    return empty ? null : new Place(object, name, value);
  }

  private static JsonNode field(JsonNode object, String name) {
    String found = name(object, name);
    return object.path(found == null ? name : found);
  }

  /** The name as it is spelled there. */
  private static @Nullable String name(JsonNode object, String name) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getKey().equalsIgnoreCase(name)) {
        return field.getKey();
      }
    }
    return null;
  }

  private static JsonNode parse(String value) {
    try {
      return JSON.readTree(value);
    } catch (JsonProcessingException notJson) {
      return JSON.missingNode();
    }
  }

  private static String text(JsonNode record) {
    try {
      return JSON.writeValueAsString(record);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
