package io.sluice.gateway.config;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What an authority wants to hear at {@code /.well-known/acme-challenge/<token>} before it issues a
 * certificate (RFC 8555 section 8.3), or to see in a handshake (RFC 8737): key {@code
 * acme/proofs/<token>}, under a lease, written by the gateway that asks for the certificate and
 * answered by all.
 *
 * @param name the host for which it is shown in a handshake; empty where it is heard
 */
public record AcmeProof(String token, String authorization, String name) {
  private static final String PATH = "/.well-known/acme-challenge/";
  private static final String TOKEN = "[A-Za-z0-9_-]+";

  static AcmeProof read(String token, JsonRecord json) throws JsonRecord.BadValue {
    String authorization =
        json.requiredString("Authorization", "the token, a dot and the account's thumbprint");
    if (!token.matches(TOKEN) || !authorization.matches(TOKEN + "\\." + TOKEN)) {
      throw json.bad("Authorization", "something else", "the token, a dot and a thumbprint");
    }
    String name = json.string("Name", "");
    if (!name.isEmpty() && !Names.isHost(name)) {
      throw json.bad("Name", "\"" + Shown.text(name, 80) + "\"", "a host's name, or none");
    }
    json.close();
    return new AcmeProof(token, authorization, name);
  }

  /** Whether a path is one at which authorities ask. */
  public static boolean isAskedAt(CharSequence path) {
    return path.length() > PATH.length() && PATH.contentEquals(path.subSequence(0, PATH.length()));
  }

  /** The token in such a path. */
  public static String token(CharSequence path) {
    return path.subSequence(PATH.length(), path.length()).toString();
  }

  public static String key(String token) {
    return Key.PROOFS + token;
  }

  public String toJson() {
    ObjectNode json = new JsonMapper().createObjectNode().put("Authorization", authorization);
    return (name.isEmpty() ? json : json.put("Name", name)).toString();
  }
}
