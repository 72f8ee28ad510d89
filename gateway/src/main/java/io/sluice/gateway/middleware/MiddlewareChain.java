package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.memory.Bounded;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The stages of one frontend in the order in which they run. Immutable; the stages in it are alive.
 */
public final class MiddlewareChain {
  /** No stage at all. */
  public static final MiddlewareChain EMPTY = new MiddlewareChain(List.of());

  private record Link(Middleware written, Stage stage) {}

  @Bounded("by the middlewares that are written")
  private final List<Link> links;

  private MiddlewareChain(List<Link> links) {
    this.links = links;
  }

  /**
   * The chain for these middlewares; stages of {@code previous} whose id and settings are the same
   * are used again.
   *
   * @param sources what limiters remember
   * @param clock nanoseconds of a clock that never goes back
   */
  public static MiddlewareChain of(
      List<Middleware> written, MiddlewareChain previous, Sources sources, LongSupplier clock) {
    if (written.isEmpty()) {
      return EMPTY;
    }
    List<Link> links = new ArrayList<>(written.size());
    for (Middleware middleware : written) {
      Stage living = previous.find(middleware);
      links.add(new Link(middleware, living == null ? build(middleware, sources, clock) : living));
    }
    return new MiddlewareChain(List.copyOf(links));
  }

  public boolean isEmpty() {
    return links.isEmpty();
  }

  /** Begins the passage of one exchange. */
  public Passage enter(ExchangeView exchange) {
    return new Passage(exchange);
  }

  private @Nullable Stage find(Middleware middleware) {
    for (Link link : links) {
      if (link.written.id().equals(middleware.id())
          && link.written.spec().equals(middleware.spec())) {
        return link.stage;
      }
    }
    return null;
  }

  private static Stage build(Middleware middleware, Sources sources, LongSupplier clock) {
    return switch (middleware.spec()) {
      case Middleware.RateLimit rateLimit ->
          new RateLimiter(middleware.id(), rateLimit, sources, clock);
      case Middleware.ConnLimit connLimit -> new ConnectionLimiter(connLimit);
    };
  }

  /** One exchange on its way through the chain. */
  public final class Passage {
    private final ExchangeView exchange;
    private final Verdict.Proceed[] proceeded = new Verdict.Proceed[links.size()];
    private int entered;

    private Passage(ExchangeView exchange) {
      this.exchange = exchange;
    }

    /** Runs the stages; null when all let the request proceed, else the first reply. */
    public Verdict.@Nullable Reply onRequest() {
      for (Link link : links) {
        switch (link.stage.onRequest(exchange)) {
          case Verdict.Proceed proceed -> proceeded[entered++] = proceed;
          case Verdict.Reply reply -> {
            return reply;
          }
        }
      }
      return null;
    }

    /** Tells the stages that were entered, last first. A second call does nothing. */
    public void onFinish() {
      while (entered > 0) {
        entered--;
        links.get(entered).stage.onFinish(proceeded[entered]);
      }
    }
  }
}
