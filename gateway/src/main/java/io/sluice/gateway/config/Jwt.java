package io.sluice.gateway.config;

import com.nimbusds.jose.jwk.JWKSet;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * {@code jwt}: who shows a token that a known key has signed is let through (RFC 7519).
 *
 * @param keys the key set itself as JSON (RFC 7517); empty where an address says it
 * @param keysUrl where the key set is fetched; https, or http on this machine
 * @param issuer whom the token must be of; empty for anybody
 * @param audience of whom the token must name one; empty for any
 * @param algorithms that a token may be signed with
 * @param leeway how far the clocks may differ
 * @param header in which the token comes
 * @param claims which claims the server hears in which headers
 */
public record Jwt(
    String keys,
    String keysUrl,
    String issuer,
    List<String> audience,
    List<String> algorithms,
    Duration leeway,
    String header,
    Map<String, String> claims)
    implements Middleware.Spec {
  /** Those with a public key: whoever can check a token cannot make one. */
  public static final List<String> ALGORITHMS =
      List.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");

  private static final Duration LEEWAY = Duration.ofSeconds(30);

  @Override
  public String decidedBy() {
    return keysUrl.isEmpty() ? "" : "the keys of " + Shown.place(keysUrl);
  }

  static Jwt read(JsonRecord json) throws JsonRecord.BadValue {
    String keys = json.has("JWKS") ? json.textOrJson("JWKS") : "";
    String url = json.string("JWKSURL", "");
    if (keys.isEmpty() == url.isEmpty()) {
      throw json.bad("JWKS", keys.isEmpty() ? "neither JWKS nor JWKSURL" : "both", "one of them");
    }
    if (!keys.isEmpty()) {
      checkKeys(json, keys);
    } else if (!Urls.isSafe(url)) {
      throw json.bad("JWKSURL", "\"" + url + "\"", "an https URL, or an http one on loopback");
    }
    List<String> algorithms = json.strings("Algorithms");
    for (String algorithm : algorithms) {
      if (!ALGORITHMS.contains(algorithm)) {
        throw json.bad("Algorithms", "\"" + algorithm + "\"", String.join(", ", ALGORITHMS));
      }
    }
    Map<String, String> claims = json.texts("Claims");
    for (String header : claims.keySet()) {
      if (!Names.isToken(header)) {
        throw json.bad("Claims", "\"" + header + "\"", "{\"HEADER\": \"claim\"}");
      }
    }
    return new Jwt(
        keys,
        url,
        json.string("Issuer", ""),
        json.strings("Audience"),
        algorithms.isEmpty() ? ALGORITHMS : algorithms,
        json.duration("Leeway", LEEWAY),
        json.headerName("Header", "Authorization"),
        claims);
  }

  private static void checkKeys(JsonRecord json, String keys) throws JsonRecord.BadValue {
    try {
      JWKSet set = JWKSet.parse(keys);
      if (set.getKeys().isEmpty()) {
        throw json.bad("JWKS", "no key", "{\"keys\":[…]}");
      }
      if (set.getKeys().stream().anyMatch(key -> key.isPrivate())) {
        throw json.bad("JWKS", "a private key", "public keys alone");
      }
    } catch (ParseException unreadable) {
      throw json.bad("JWKS", "what is no key set", "{\"keys\":[…]} (RFC 7517)");
    }
  }
}
