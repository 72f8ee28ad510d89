package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.BasicAuth;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients through that know a user's password (RFC 7617). Passwords are hashed by workers, and
 * what came of it is kept for a while under a hash of what was shown.
 */
final class PasswordGuard implements Stage {
  private static final int MOST_KEPT = 10_000;
  private static final int LONGEST = 1_024;
  private static final AsciiString SCHEME = AsciiString.cached("Basic ");
  private static final Duration KEPT = Duration.ofMinutes(5);

  /** Whether a password is a user's. */
  private enum Outcome {
    RIGHT,
    WRONG,
    TOO_BUSY
  }

  /** Somebody who says who they are. */
  private record Claim(String user, String password) {}

  private final BasicAuth settings;
  private final KnownClients users;
  private final StageContext context;

  /**
   * By the hash of the field's value and of the user's own hash, so a new password is a new key.
   */
  @Bounded("ten thousand, of a hundred bytes each")
  private final Cache<String, CompletableFuture<Outcome>> kept =
      Caffeine.newBuilder()
          .maximumSize(MOST_KEPT)
          .expireAfterWrite(KEPT)
          .executor(Runnable::run)
          .build();

  PasswordGuard(BasicAuth settings, StageContext context) {
    this.settings = settings;
    this.context = context;
    this.users =
        new KnownClients(settings.users(), settings.file(), PasswordGuard::line, context.clock());
  }

  /** {@code NAME:HASH}, as htpasswd writes it. */
  private static void line(String text, Map<String, String> hashes) {
    int colon = text.indexOf(':');
    if (colon <= 0 || !BasicAuth.isHash(text.substring(colon + 1))) {
      throw new IllegalArgumentException("expected NAME:HASH, of bcrypt or argon2id");
    }
    hashes.put(text.substring(0, colon), text.substring(colon + 1));
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    Map<String, String> known = users.current();
    if (known == null) {
      return Verdict.Reply.of(Reason.STAGE_FAILED);
    }
    AsciiString shown = KeyGuard.only(exchange.request().fields(), "Authorization");
    Claim claim = shown == null ? null : claim(shown);
    if (shown == null || claim == null) {
      return refused(exchange);
    }
    String hash = known.get(claim.user);
    String anybodys = known.isEmpty() ? Passwords.NOBODYS : known.values().iterator().next();
    String key = KeyGuard.hash(shown.concat(AsciiString.of(hash == null ? "" : hash)));
    CompletableFuture<Outcome> outcome =
        kept.get(
            key,
            k -> context.passwords().ask(() -> compare(claim, hash, anybodys), Outcome.TOO_BUSY));
    if (outcome.isDone() && outcome.join() == Outcome.TOO_BUSY) {
      kept.invalidate(key);
    }
    if (outcome.isDone()) {
      return verdict(exchange, claim, outcome.join());
    }
    return new Verdict.Wait(outcome.thenApply(found -> () -> verdict(exchange, claim, found)));
  }

  private Verdict verdict(ExchangeView exchange, Claim claim, Outcome outcome) {
    return switch (outcome) {
      case RIGHT -> {
        Identity.set(exchange, settings.userHeader(), claim.user);
        yield Verdict.PROCEED;
      }
      case WRONG -> refused(exchange);
      case TOO_BUSY -> Verdict.Reply.of(Reason.OVERLOADED);
    };
  }

  /** Hashed also for a user whom nobody knows, so that the time says nothing. */
  private static Outcome compare(Claim claim, @Nullable String hash, String anybodys) {
    boolean right = Passwords.match(claim.password, hash == null ? anybodys : hash);
    return right && hash != null ? Outcome.RIGHT : Outcome.WRONG;
  }

  private static @Nullable Claim claim(AsciiString shown) {
    if (shown.length() > LONGEST || !shown.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    try {
      byte[] bytes =
          Base64.getDecoder().decode(shown.subSequence(SCHEME.length()).trim().toString());
      String pair = new String(bytes, StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? null : new Claim(pair.substring(0, colon), pair.substring(colon + 1));
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }

  private Verdict refused(ExchangeView exchange) {
    exchange.answerWith(
        "WWW-Authenticate", "Basic realm=\"" + settings.realm() + "\", charset=\"UTF-8\"");
    return Verdict.Reply.of(Reason.UNAUTHORIZED);
  }
}
