package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.sluice.gateway.config.LoadBalancing;
import io.sluice.gateway.config.RequestKey;
import io.sluice.gateway.config.Sticky;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.HeaderName;
import io.sluice.gateway.http.RequestHead;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.table.CompiledSplit;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.ConsistentHash;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What in a request ties it to a share of its frontend's split, and to one of its backend's
 * endpoints: the sticky cookie, or the keys that are hashed.
 */
final class Affinity {
  private Affinity() {}

  /** The backend for an exchange. */
  static String pickBackend(Exchange exchange, RequestHead request, CompiledSplit split) {
    RequestKey on = split.on();
    long drawn =
        on != null
            ? key(exchange, request, on)
            : split.isWhole() ? 0 : ThreadLocalRandom.current().nextLong();
    return split.pick(new RequestInput(request, exchange.matchFailures()), drawn);
  }

  /** The endpoint for an attempt, or null when there is none left. */
  static @Nullable Candidate pick(
      Exchange exchange, CompiledBackend backend, List<Candidate> tried) {
    RequestHead request = exchange.request();
    Sticky sticky = backend.written().sticky();
    if (!sticky.cookie().isEmpty()) {
      Candidate kept = kept(request, backend, sticky, tried);
      if (kept != null) {
        return kept;
      }
    }
    LoadBalancing balancing = backend.written().balancing();
    boolean hashed = balancing.policy() == LoadBalancing.Policy.HASH;
    return backend.balancer().pick(tried, hashed ? key(exchange, request, balancing.hashOn()) : 0);
  }

  private static @Nullable Candidate kept(
      RequestHead request, CompiledBackend backend, Sticky sticky, List<Candidate> tried) {
    AsciiString value = cookie(request.fields(), sticky.cookie());
    if (value == null) {
      return null;
    }
    for (Candidate candidate : backend.balancer().candidates()) {
      if (value.contentEquals(mark(candidate))
          && mayKeep(candidate.state())
          && !tried.contains(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  /** Nothing says that it is ill: a server that no check has asked yet keeps its clients. */
  private static boolean mayKeep(Candidate.State state) {
    return state == Candidate.State.READY || state == Candidate.State.UNCHECKED;
  }

  /** The Set-Cookie for a response, or null where the client has the right one. */
  static @Nullable String cookie(
      RequestHead request, CompiledBackend backend, @Nullable Candidate candidate) {
    Sticky sticky = backend.written().sticky();
    if (sticky.cookie().isEmpty() || candidate == null) {
      return null;
    }
    String mark = mark(candidate);
    AsciiString has = cookie(request.fields(), sticky.cookie());
    if (has != null && has.contentEquals(mark)) {
      return null;
    }
    return sticky.cookie()
        + "="
        + mark
        + "; Path="
        + sticky.path()
        + "; HttpOnly; SameSite=Lax"
        + (sticky.secure() ? "; Secure" : "");
  }

  /** Names an endpoint without saying where it is. */
  private static String mark(Candidate candidate) {
    return Long.toHexString(ConsistentHash.hash("sluice " + candidate.endpoint().name()));
  }

  private static long key(Exchange exchange, RequestHead request, RequestKey on) {
    CharSequence text =
        switch (on.part()) {
          case CLIENT_IP -> exchange.clientText();
          case PATH -> request.path();
          case HEADER -> request.fields().first(on.name());
          case COOKIE -> cookie(request.fields(), on.name());
        };
    return ConsistentHash.hash(text == null ? exchange.clientText() : text);
  }

  /** The value of a cookie (RFC 6265 section 4.2.1), or null. */
  private static @Nullable AsciiString cookie(Fields fields, String name) {
    AsciiString cookies = fields.first(HeaderName.COOKIE);
    if (cookies == null) {
      return null;
    }
    for (AsciiString pair : cookies.split(';')) {
      AsciiString trimmed = pair.trim();
      int equals = trimmed.indexOf('=', 0);
      if (equals == name.length() && trimmed.subSequence(0, equals, false).contentEquals(name)) {
        return trimmed.subSequence(equals + 1, trimmed.length(), false);
      }
    }
    return null;
  }
}
