package io.sluice.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys that secrets in the store are sealed under. A sealed text is the Base64 of {@code
 * {"Encryption":"secretbox.v1","KeyId":…,"Value":{"Val":…,"Nonce":…}}}; without a {@code KeyId} it
 * is Vulcand's, and every key is tried.
 *
 * <p>The file is read again when a text does not open, so that a new key reaches a running gateway.
 * One thread.
 */
public final class SealKeys {
  /** A text that cannot be opened. Says which key it wants, and nothing of the text. */
  public static final class SealedException extends Exception {
    private static final long serialVersionUID = 1;

    SealedException(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  private record SealKey(String id, HexKey key) {}

  /** Bytes that no log shows. */
  private record HexKey(String hex) {
    byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
      return "(a secret)";
    }
  }

  private static final String METHOD = "secretbox.v1";
  private static final JsonMapper JSON = new JsonMapper();
  private static final SecureRandom RANDOM = new SecureRandom();

  private final @Nullable Path file;
  private List<SealKey> keys;
  private @Nullable FileTime readAt;

  private SealKeys(@Nullable Path file, List<SealKey> keys, @Nullable FileTime readAt) {
    this.file = file;
    this.keys = keys;
    this.readAt = readAt;
  }

  /** No keys: nothing that is sealed can be opened. */
  public static SealKeys none() {
    return new SealKeys(null, List.of(), null);
  }

  /**
   * The keys of a file of lines {@code ID HEX}, of which the first seals and all open; a line of 64
   * hexadecimal digits alone is a key of Vulcand's.
   *
   * @throws IOException when it cannot be read or holds something else
   */
  public static SealKeys read(Path file) throws IOException {
    FileTime at = Files.getLastModifiedTime(file);
    return new SealKeys(file, keysOf(file), at);
  }

  private static List<SealKey> keysOf(Path file) throws IOException {
    List<SealKey> keys = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.strip().split("\\s+", -1);
      String hex = words[words.length - 1];
      String id = words.length == 1 ? "" : words[0];
      if (words.length > 2
          || !hex.matches("[0-9A-Fa-f]{" + 2 * SecretBox.KEY_BYTES + "}")
          || !id.matches("[A-Za-z0-9._-]{0,64}")) {
        throw new IOException(
            file
                + " line "
                + number
                + ": found something else, expected ID and 64 hexadecimal digits");
      }
      keys.add(new SealKey(id, new HexKey(hex)));
    }
    if (keys.isEmpty()) {
      throw new IOException(
          file + ": found no key, expected lines of ID and 64 hexadecimal digits");
    }
    return List.copyOf(keys);
  }

  /** Whether a key has this id. */
  public boolean has(String id) {
    return keys.stream().anyMatch(key -> key.id.equals(id));
  }

  /** A new key's line. */
  public static String newLine(String id) {
    byte[] key = new byte[SecretBox.KEY_BYTES];
    RANDOM.nextBytes(key);
    return id + " " + HexFormat.of().formatHex(key) + "\n";
  }

  /** Whether there is a key to seal with. */
  public boolean canSeal() {
    return !keys.isEmpty();
  }

  /** Whether a text is sealed, by whatever key. */
  public static boolean isSealed(String text) {
    return find(text) != null;
  }

  /** Whether it is sealed by the key that seals now. */
  public boolean isSealedByFirst(String text) {
    JsonNode sealed = find(text);
    return sealed != null
        && canSeal()
        && sealed.path("KeyId").asText().equals(keys.getFirst().id())
        && open(sealed, keys.getFirst()) != null;
  }

  private static @Nullable JsonNode find(String text) {
    if (text.startsWith("-----")) {
      return null;
    }
    try {
      JsonNode node = JSON.readTree(Base64.getDecoder().decode(text.strip()));
      return node != null && node.has("Encryption") ? node : null;
    } catch (IllegalArgumentException | IOException another) {
      return null;
    }
  }

  /** Seals a text under the first key. */
  public String seal(String text) {
    SealKey first = keys.getFirst();
    byte[] nonce = new byte[SecretBox.NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    byte[] box = SecretBox.seal(first.key.bytes(), nonce, text.getBytes(StandardCharsets.UTF_8));
    ObjectNode sealed = JSON.createObjectNode().put("Encryption", METHOD);
    if (!first.id.isEmpty()) {
      sealed.put("KeyId", first.id);
    }
    sealed.putObject("Value").put("Val", box).put("Nonce", nonce);
    try {
      return Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(sealed));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Opens a sealed text.
   *
   * @throws SealedException when there is no key for it, or it is damaged
   */
  public String open(String text) throws SealedException {
    JsonNode sealed = find(text);
    if (sealed == null) {
      throw new SealedException("a text that is not sealed");
    }
    if (!sealed.path("Encryption").asText().equals(METHOD)) {
      throw new SealedException(
          "a secret sealed by \""
              + Shown.text(sealed.path("Encryption").asText(), 40)
              + "\", expected "
              + METHOD);
    }
    String id = sealed.path("KeyId").asText();
    String opened = tryAll(sealed, id);
    if (opened == null && isNewer()) {
      opened = tryAll(sealed, id);
    }
    if (opened == null) {
      throw new SealedException(why(Shown.text(id, 64)));
    }
    return opened;
  }

  private @Nullable String tryAll(JsonNode sealed, String id) {
    for (SealKey key : keys) {
      String opened = id.isEmpty() || key.id.equals(id) ? open(sealed, key) : null;
      if (opened != null) {
        return opened;
      }
    }
    return null;
  }

  private String why(String id) {
    String what = "a secret sealed" + (id.isEmpty() ? "" : " under the key " + id);
    if (file == null) {
      return what + ", and no --seal-key";
    }
    return knows(id)
        ? what + " that does not open: the key is another one, or it is damaged"
        : what + ", which " + file + " does not have";
  }

  private boolean knows(String id) {
    return id.isEmpty() ? canSeal() : has(id);
  }

  /** Reads the file again if it has changed; whether it has. */
  private boolean isNewer() {
    if (file == null) {
      return false;
    }
    try {
      FileTime at = Files.getLastModifiedTime(file);
      if (at.equals(readAt)) {
        return false;
      }
      keys = keysOf(file);
      readAt = at;
      return true;
    } catch (IOException unreadable) {
      // What is known stays known; the text is named as one that cannot be opened.
      return false;
    }
  }

  private static @Nullable String open(JsonNode sealed, SealKey key) {
    try {
      byte[] text =
          SecretBox.open(
              key.key.bytes(),
              sealed.path("Value").path("Nonce").binaryValue(),
              sealed.path("Value").path("Val").binaryValue());
      return text == null ? null : new String(text, StandardCharsets.UTF_8);
    } catch (IOException | RuntimeException notBase64) {
      return null;
    }
  }
}
