package io.sluice.gateway.middleware;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.ApiKeys;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Reason;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients through that show a key. Keys are found by their hashes, so how long it takes says
 * nothing about a key that is nearly right.
 */
final class KeyGuard implements Stage {
  private static final Pattern LINE = Pattern.compile("([!-~]+)\\s+sha256:([0-9a-fA-F]{64})");

  private final ApiKeys settings;
  private final KnownClients keys;

  KeyGuard(ApiKeys settings, StageContext context) {
    this.settings = settings;
    this.keys =
        new KnownClients(settings.idsByHash(), settings.file(), KeyGuard::line, context.clock());
  }

  /** {@code ID sha256:HEX}. */
  private static void line(String text, Map<String, String> idsByHash) {
    Matcher shaped = LINE.matcher(text);
    if (!shaped.matches()) {
      throw new IllegalArgumentException("expected ID sha256:HEX");
    }
    idsByHash.put(shaped.group(2).toLowerCase(Locale.ROOT), shaped.group(1));
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    Map<String, String> known = keys.current();
    if (known == null) {
      return Verdict.Reply.of(Reason.STAGE_FAILED);
    }
    AsciiString key = only(exchange.request().fields(), settings.header());
    String id = key == null ? null : known.get(hash(key));
    if (id == null) {
      exchange.answerWith("WWW-Authenticate", "ApiKey");
      return Verdict.Reply.of(Reason.UNAUTHORIZED);
    }
    Identity.set(exchange, settings.idHeader(), id);
    Identity.remove(exchange.outgoing().fields(), settings.header());
    return Verdict.PROCEED;
  }

  /** The value of a field that is there once; null for none, and for several. */
  static @Nullable AsciiString only(Fields fields, String name) {
    AsciiString found = null;
    for (int i = 0; i < fields.count(); i++) {
      if (fields.name(i).contentEqualsIgnoreCase(name)) {
        if (found != null) {
          return null;
        }
        found = fields.value(i);
      }
    }
    return found;
  }

  static String hash(AsciiString text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(text.array(), text.arrayOffset(), text.length());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
