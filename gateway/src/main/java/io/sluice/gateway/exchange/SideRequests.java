package io.sluice.gateway.exchange;

import io.netty.util.AsciiString;
import io.sluice.gateway.http.Fields;
import io.sluice.gateway.http.UpstreamRequest;
import io.sluice.gateway.middleware.PageSource;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.trace.SideSpan;
import io.sluice.gateway.upstream.Candidate;
import io.sluice.gateway.upstream.EndpointKey;
import io.sluice.gateway.upstream.Errand;
import io.sluice.gateway.upstream.LoopPools;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an exchange sends besides what its client has asked: copies, and questions for pages. */
final class SideRequests {
  private static final Logger LOG = LoggerFactory.getLogger(SideRequests.class);
  private static final Duration PAGE_TIME = Duration.ofSeconds(3);
  private static final Duration COPY_TIME = Duration.ofSeconds(30);
  private static final int MOST_PAGE_BYTES = 256 * 1_024;

  /** Their bytes are in no budget. */
  private static final int MOST_PAGES = 64;

  /** What a span of one without an answer says. */
  private static final String FAILED = "side_request_failed";

  private static final AtomicInteger PAGES = new AtomicInteger();

  /** A copy that a stage wants. */
  record Copy(String backendId, BooleanSupplier begins, Consumer<Boolean> ended) {}

  private SideRequests() {}

  /** Sends one, where its backend is there; nobody waits for it. */
  static void send(Copy copy, Exchange exchange, @Nullable CompiledBackend to, LoopPools pools) {
    if (!copy.begins().getAsBoolean()) {
      return;
    }
    Candidate candidate = to == null ? null : Affinity.pick(exchange, to, List.of());
    if (to == null || candidate == null) {
      copy.ended().accept(false);
      return;
    }
    UpstreamRequest original = exchange.outgoing();
    SideSpan span = span("copy", exchange, original.method().toString(), candidate);
    try {
      UpstreamRequest request =
          Errand.request(
              original.method(), original.target(), original.fields(), original.fixedHost());
      span.tell(request.fields());
      Errand.run(
          pools,
          candidate.endpoint(),
          to.settings(),
          request,
          COPY_TIME,
          0,
          answer -> {
            end(span, answer);
            copy.ended().accept(answer.wrong().isEmpty());
          });
    } catch (RuntimeException bug) {
      span.end(0, FAILED);
      LOG.error("a copy for the backend {} could not be made", copy.backendId(), bug);
      copy.ended().accept(false);
    }
  }

  /**
   * Asks a backend for a page.
   *
   * @return null where it has no server to ask, or too many ask already; then nothing follows
   */
  static @Nullable Errand ask(
      PageSource source,
      Exchange exchange,
      CompiledBackend at,
      LoopPools pools,
      Consumer<Errand> asker) {
    if (PAGES.incrementAndGet() > MOST_PAGES) {
      PAGES.decrementAndGet();
      source.meters().besides("dropped");
      return null;
    }
    try {
      Candidate candidate = Affinity.pick(exchange, at, List.of());
      if (candidate != null) {
        return page(source, exchange, at, candidate, pools, asker);
      }
    } catch (RuntimeException bug) {
      LOG.error("the page {} of backend {} could not be asked", source.path(), at.id(), bug);
    }
    PAGES.decrementAndGet();
    source.meters().besides("failed");
    return null;
  }

  private static Errand page(
      PageSource source,
      Exchange exchange,
      CompiledBackend at,
      Candidate candidate,
      LoopPools pools,
      Consumer<Errand> asker) {
    Fields fields = new Fields();
    for (String name : new String[] {"Accept", "Accept-Language"}) {
      AsciiString said = exchange.request().fields().first(name);
      if (said != null) {
        fields.add(name, said);
      }
    }
    exchange.id().setIn(fields);
    SideSpan span = span("page", exchange, "GET", candidate);
    span.tell(fields);
    try {
      UpstreamRequest request = Errand.request("GET", source.path(), fields, null);
      return Errand.run(
          pools,
          candidate.endpoint(),
          at.settings(),
          request,
          PAGE_TIME,
          MOST_PAGE_BYTES,
          answer -> {
            PAGES.decrementAndGet();
            end(span, answer);
            boolean good = isPage(answer);
            source.meters().besides(good ? "answered" : "failed");
            asker.accept(answer);
          });
    } catch (RuntimeException bug) {
      span.end(0, FAILED);
      throw bug;
    }
  }

  private static void end(SideSpan span, Errand answer) {
    span.end(answer.status(), answer.wrong().isEmpty() ? "" : FAILED);
  }

  private static SideSpan span(String what, Exchange exchange, String method, Candidate asked) {
    EndpointKey at = asked.endpoint().key();
    return exchange.aside(what, method, at.host(), at.port());
  }

  /** Whether it can be shown. */
  static boolean isPage(Errand answer) {
    return answer.wrong().isEmpty()
        && answer.status() / 100 == 2
        && answer.isWhole()
        && !answer.contentType().isEmpty();
  }
}
