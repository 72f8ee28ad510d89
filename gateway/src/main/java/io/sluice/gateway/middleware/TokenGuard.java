package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.Jwt;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets clients through that show a token which a known key has signed (RFC 7519, RFC 8725). Only
 * algorithms with public keys count. Signatures are checked by workers, and what was found of a
 * token is kept as long as it and the keys hold.
 */
final class TokenGuard implements Stage {
  private static final int MOST_KEPT = 10_000;
  private static final int LONGEST = 16_384;
  private static final String INVALID = "invalid_token";
  private static final AsciiString BEARER = AsciiString.cached("Bearer ");
  private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

  /** What was found of a token. */
  private sealed interface Found {
    /**
     * Its signature is right.
     *
     * @param from when it begins to hold, in milliseconds
     */
    record Signed(Map<String, String> headers, String subject, long from, long until)
        implements Found {}

    /** Why it does not open. */
    enum Unfit implements Found {
      /** It is nothing worth, whatever the keys are. */
      WORTHLESS,
      /** Newer keys may think otherwise. */
      UNKNOWN_KEY,
      /** There are no keys. */
      NO_KEYS,
      /** Too many others wait. */
      TOO_BUSY
    }
  }

  /** A token that was right under some keys. */
  private record Known(JWKSet under, Found.Signed signed) {}

  private final Jwt settings;
  private final StageContext context;
  private KeySet keys;

  @Bounded("ten thousand good tokens' claims")
  private final Cache<String, Known> kept =
      Caffeine.newBuilder().maximumSize(MOST_KEPT).executor(Runnable::run).build();

  TokenGuard(Jwt settings, StageContext context) {
    this.settings = settings;
    this.context = context;
    this.keys = new KeySet(settings.keysUrl(), context.clock());
    if (!settings.keys().isEmpty()) {
      try {
        this.keys = KeySet.of(JWKSet.parse(settings.keys()), context.clock());
      } catch (ParseException checkedWhenRead) {
        throw new IllegalArgumentException(checkedWhenRead);
      }
    }
  }

  @Override
  public void inherit(Stage before) {
    if (before instanceof TokenGuard guard && guard.keys.isFrom(settings.keysUrl())) {
      keys = guard.keys;
    }
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    settings.claims().keySet().forEach(name -> Identity.remove(exchange.outgoing().fields(), name));
    AsciiString shown = KeyGuard.only(exchange.request().fields(), settings.header());
    if (shown == null || shown.length() > LONGEST) {
      return refused(exchange, "");
    }
    boolean bearer = shown.regionMatches(true, 0, BEARER, 0, BEARER.length());
    String token = (bearer ? shown.subSequence(BEARER.length()) : shown).trim().toString();
    KeySet.Fetched now = keys.current();
    Known known = kept.getIfPresent(key(token));
    if (now != null && known != null && known.under == now.keys()) {
      return verdict(exchange, known.signed);
    }
    CompletableFuture<Found> found =
        now == null ? keys.newer().thenCompose(got -> examined(token, got)) : examined(token, now);
    return new Verdict.Wait(
        found
            .thenCompose(
                first ->
                    first == Found.Unfit.UNKNOWN_KEY && now != null
                        ? keys.newer().thenCompose(got -> examinedAgain(token, now, got, first))
                        : CompletableFuture.completedFuture(first))
            .thenApply(last -> () -> verdict(exchange, last)));
  }

  /** Only under other keys. */
  private CompletableFuture<Found> examinedAgain(
      String token, KeySet.Fetched before, KeySet.@Nullable Fetched now, Found first) {
    return now == before ? CompletableFuture.completedFuture(first) : examined(token, now);
  }

  private CompletableFuture<Found> examined(String token, KeySet.@Nullable Fetched under) {
    return under == null
        ? CompletableFuture.completedFuture(Found.Unfit.NO_KEYS)
        : context.workers().ask(() -> examine(token, under.keys()), Found.Unfit.TOO_BUSY);
  }

  private Verdict verdict(ExchangeView exchange, Found found) {
    return switch (found) {
      case Found.Signed signed -> verdict(exchange, signed);
      case Found.Unfit.WORTHLESS, Found.Unfit.UNKNOWN_KEY -> refused(exchange, INVALID);
      case Found.Unfit.NO_KEYS -> Verdict.Reply.of(Reason.STAGE_FAILED);
      case Found.Unfit.TOO_BUSY -> Verdict.Reply.of(Reason.OVERLOADED);
    };
  }

  private Verdict verdict(ExchangeView exchange, Found.Signed signed) {
    long now = System.currentTimeMillis();
    long leeway = settings.leeway().toMillis();
    if (now > signed.until + leeway || now < signed.from - leeway) {
      return refused(exchange, INVALID);
    }
    signed.headers.forEach((name, value) -> exchange.outgoing().fields().add(name, value));
    exchange.identified(signed.subject);
    return Verdict.PROCEED;
  }

  private static String key(String token) {
    return KeyGuard.hash(AsciiString.of(token));
  }

  /** RFC 6750 section 3. */
  private static Verdict refused(ExchangeView exchange, String error) {
    exchange.answerWith(
        "WWW-Authenticate", "Bearer" + (error.isEmpty() ? "" : " error=\"" + error + "\""));
    return Verdict.Reply.of(Reason.UNAUTHORIZED);
  }

  /** What a token is worth under these keys; the time apart. */
  private Found examine(String token, JWKSet under) {
    Found found;
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      JWSHeader header = jwt.getHeader();
      found =
          settings.algorithms().contains(header.getAlgorithm().getName())
                  && header.getCriticalParams() == null
              ? examine(jwt, header, under)
              : Found.Unfit.WORTHLESS;
    } catch (ParseException | RuntimeException unreadable) {
      found = Found.Unfit.WORTHLESS;
    }
    if (found instanceof Found.Signed signed) {
      kept.put(key(token), new Known(under, signed));
    }
    return found;
  }

  private Found examine(SignedJWT signed, JWSHeader header, JWKSet under) throws ParseException {
    boolean any = false;
    for (JWK key : under.getKeys()) {
      boolean named = header.getKeyID() == null || header.getKeyID().equals(key.getKeyID());
      boolean forIt =
          key.getAlgorithm() == null || key.getAlgorithm().equals(header.getAlgorithm());
      boolean signs = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
      if (named && forIt && signs && fits(key, header.getAlgorithm())) {
        any = true;
        if (isSignedBy(signed, header, key)) {
          return claims(signed.getJWTClaimsSet());
        }
      }
    }
    return any ? Found.Unfit.WORTHLESS : Found.Unfit.UNKNOWN_KEY;
  }

  private static boolean fits(JWK key, JWSAlgorithm algorithm) {
    return JWSAlgorithm.Family.RSA.contains(algorithm)
        ? key.getKeyType().equals(KeyType.RSA)
        : JWSAlgorithm.Family.EC.contains(algorithm)
            ? key.getKeyType().equals(KeyType.EC)
            : key.getKeyType().equals(KeyType.OKP);
  }

  private static boolean isSignedBy(SignedJWT signed, JWSHeader header, JWK key) {
    try {
      JWSVerifier verifier =
          switch (key) {
            case RSAKey rsa -> new RSASSAVerifier(rsa);
            case ECKey ec -> new ECDSAVerifier(ec);
            case OctetKeyPair pair -> null;
            default -> throw new JOSEException("a key that signs nothing");
          };
      return verifier == null
          ? isSignedBy(signed, (OctetKeyPair) key)
          : verifier.verify(header, signed.getSigningInput(), signed.getSignature());
    } catch (JOSEException | GeneralSecurityException unfit) {
      return false;
    }
  }

  /** RFC 8037 section 3.1, by the JDK. */
  private static boolean isSignedBy(SignedJWT signed, OctetKeyPair pair)
      throws GeneralSecurityException {
    byte[] point = pair.getX().decode();
    byte[] encoded = Arrays.copyOf(ED25519, ED25519.length + point.length);
    System.arraycopy(point, 0, encoded, ED25519.length, point.length);
    Signature ed25519 = Signature.getInstance("Ed25519");
    ed25519.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    ed25519.update(signed.getSigningInput());
    return ed25519.verify(signed.getSignature().decode());
  }

  private Found claims(JWTClaimsSet claims) {
    boolean issued = settings.issuer().isEmpty() || settings.issuer().equals(claims.getIssuer());
    boolean meant =
        settings.audience().isEmpty()
            || claims.getAudience().stream().anyMatch(settings.audience()::contains);
    if (!issued || !meant) {
      return Found.Unfit.WORTHLESS;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    settings
        .claims()
        .forEach(
            (header, claim) -> {
              Object value = claims.getClaim(claim);
              if (value != null) {
                headers.put(header, text(value));
              }
            });
    Date from = claims.getNotBeforeTime();
    Date until = claims.getExpirationTime();
    return new Found.Signed(
        headers,
        claims.getSubject() == null ? "" : text(claims.getSubject()),
        from == null ? 0 : from.toInstant().toEpochMilli(),
        // One that never ends is taken back by its key alone.
        until == null ? Long.MAX_VALUE / 2 : until.toInstant().toEpochMilli());
  }

  /** As a header can say it: lists with commas, what is no plain ASCII percent-encoded. */
  private static String text(Object value) {
    String text =
        value instanceof Collection<?> many
            ? many.stream().map(String::valueOf).collect(Collectors.joining(","))
            : String.valueOf(value);
    boolean plain = text.chars().allMatch(c -> c >= ' ' && c <= '~') && text.equals(text.strip());
    return plain ? text : URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
