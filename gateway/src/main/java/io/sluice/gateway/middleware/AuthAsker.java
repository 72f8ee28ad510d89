package io.sluice.gateway.middleware;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.util.AsciiString;
import io.sluice.gateway.config.ForwardAuth;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.middleware.Verdict.Header;
import io.sluice.gateway.trace.SideSpan;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a service whether a request may go on, with Traefik's and nginx's words for it: {@code
 * X-Forwarded-Method}, {@code -Uri}, {@code -Host}, {@code -Proto} and {@code -For}, {@code
 * X-Original-URL}. Any 2xx is a yes; else the client gets its answer; where there is none, 503.
 */
final class AuthAsker implements Stage {
  private static final Logger LOG = LoggerFactory.getLogger(AuthAsker.class);
  private static final int MOST_CALLS = 512;
  private static final int MOST_KEPT = 10_000;
  private static final int MOST_BODY = 64 * 1_024;

  /** What the client's own fields may not say to the service, or the JDK does not send. */
  private static final Set<String> NOT_TOLD =
      Set.of(
          "accept-encoding",
          "connection",
          "content-length",
          "expect",
          "host",
          "if-match",
          "if-modified-since",
          "if-none-match",
          "if-range",
          "if-unmodified-since",
          "keep-alive",
          "proxy-authorization",
          "range",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "x-forwarded-method",
          "x-forwarded-uri",
          "x-forwarded-host",
          "x-forwarded-proto",
          "x-forwarded-for",
          "x-original-url",
          "x-original-method");

  /** What of a refusal reaches the client. */
  private static final Set<String> TOLD_TO_CLIENTS =
      Set.of(
          "cache-control",
          "content-type",
          "location",
          "retry-after",
          "set-cookie",
          "www-authenticate");

  /** An answer of the service. */
  private record Answer(int status, List<Header> fields, String body) {
    boolean isYes() {
      return status >= 200 && status < 300;
    }
  }

  private final ForwardAuth settings;
  private final URI at;
  private final int port;
  private final Calls calls = new Calls(MOST_CALLS);

  @Bounded("ten thousand requests that it said yes to")
  private final @Nullable Cache<String, Answer> kept;

  AuthAsker(ForwardAuth settings) {
    this.settings = settings;
    this.at = URI.create(settings.url());
    this.port = at.getPort() > 0 ? at.getPort() : "https".equals(at.getScheme()) ? 443 : 80;
    this.kept =
        settings.cacheFor().isZero()
            ? null
            : Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(settings.cacheFor())
                .executor(Runnable::run)
                .build();
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    String key =
        kept == null
            ? ""
            : KeyGuard.hash(
                AsciiString.of(question(exchange, exchange.outgoing().fields()).toString()));
    Answer known = kept == null ? null : kept.getIfPresent(key);
    if (known != null) {
      return verdict(exchange, known);
    }
    HttpRequest.Builder request = Calls.to(settings.url(), settings.timeout()).GET();
    SideSpan span = exchange.aside("forwardauth", "GET", at.getHost(), port);
    String parent = span.traceParent();
    Fields told = exchange.outgoing().fields();
    if (!parent.isEmpty()) {
      told = new Fields(told);
      span.tell(told);
    }
    question(exchange, told).forEach(field -> request.header(field.name(), field.value()));
    if (!parent.isEmpty()) {
      // Also where RequestHeaders does not name it.
      request.setHeader("traceparent", parent);
    }
    CompletableFuture<Supplier<Verdict>> later =
        calls
            .call(request.build(), MOST_BODY)
            .thenApply(AuthAsker::read)
            .handle(
                (answer, failure) -> {
                  span.end(
                      answer == null ? 0 : answer.status,
                      failure == null ? "" : Reason.STAGE_FAILED.label());
                  if (failure != null) {
                    LOG.warn("forwardauth: {}: {}", settings.url(), failure.toString());
                    return () -> Verdict.Reply.of(Reason.STAGE_FAILED);
                  }
                  if (kept != null && answer.isYes()) {
                    kept.put(key, answer);
                  }
                  return () -> verdict(exchange, answer);
                });
    return new Verdict.Wait(later);
  }

  /**
   * @param fields as a server would hear them: what a client may not claim is gone from there
   */
  private List<Header> question(ExchangeView exchange, Fields fields) {
    List<Header> question = new ArrayList<>();
    for (int i = 0; i < fields.count(); i++) {
      String name = fields.name(i).toString();
      boolean told =
          settings.requestHeaders().isEmpty()
              || settings.requestHeaders().stream().anyMatch(name::equalsIgnoreCase);
      if (told && !NOT_TOLD.contains(name.toLowerCase(Locale.ROOT)) && isPlain(fields.value(i))) {
        question.add(new Header(name, fields.value(i).toString()));
      }
    }
    AsciiString authority = exchange.request().authority();
    String host = authority == null ? "" : authority.toString();
    String target = exchange.request().target().toString();
    String scheme = exchange.isSecure() ? "https" : "http";
    question.add(new Header("X-Forwarded-Method", exchange.request().method().toString()));
    question.add(new Header("X-Forwarded-Proto", scheme));
    question.add(new Header("X-Forwarded-Host", host));
    question.add(new Header("X-Forwarded-Uri", target));
    question.add(new Header("X-Forwarded-For", exchange.clientText().toString()));
    question.add(new Header("X-Original-URL", scheme + "://" + host + target));
    question.add(new Header("X-Original-Method", exchange.request().method().toString()));
    return question;
  }

  /** What the JDK's client sends; a value with other bytes is not told. */
  private static boolean isPlain(CharSequence value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'));
  }

  private static Answer read(HttpResponse<byte[]> response) {
    List<Header> fields = new ArrayList<>();
    response
        .headers()
        .map()
        .forEach((name, values) -> values.forEach(value -> fields.add(new Header(name, value))));
    boolean yes = response.statusCode() / 100 == 2;
    String body = yes ? "" : new String(response.body(), StandardCharsets.UTF_8);
    return new Answer(response.statusCode(), fields, body);
  }

  private Verdict verdict(ExchangeView exchange, Answer answer) {
    if (!answer.isYes()) {
      if (answer.status < 300 || answer.status > 599) {
        return Verdict.Reply.of(Reason.STAGE_FAILED);
      }
      List<Header> told =
          answer.fields.stream()
              .filter(field -> TOLD_TO_CLIENTS.contains(field.name().toLowerCase(Locale.ROOT)))
              .filter(field -> isPlain(field.value()))
              .toList();
      return new Verdict.Answer(Reason.AUTH_DENIED, answer.status, told, answer.body);
    }
    Fields fields = exchange.outgoing().fields();
    for (String name : settings.responseHeaders()) {
      Identity.remove(fields, name);
    }
    for (Header field : answer.fields) {
      if (settings.responseHeaders().stream().anyMatch(field.name()::equalsIgnoreCase)
          && isPlain(field.value())) {
        fields.add(field.name(), field.value());
      }
    }
    return Verdict.PROCEED;
  }
}
