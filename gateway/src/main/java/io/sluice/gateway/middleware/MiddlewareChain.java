package io.sluice.gateway.middleware;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.gateway.config.Middleware;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.http.ResponseHead;
import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.telemetry.FrontendMeters;
import io.sluice.gateway.telemetry.StageMeters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stages of one frontend in the order in which they run. Immutable; the stages in it are alive.
 */
public final class MiddlewareChain {
  private static final Logger LOG = LoggerFactory.getLogger(MiddlewareChain.class);

  /** No stage at all. */
  public static final MiddlewareChain EMPTY = new MiddlewareChain(List.of());

  private record Link(Middleware written, Stage stage, StageMeters meters) {}

  @Bounded("by the middlewares that are written")
  private final List<Link> links;

  private MiddlewareChain(List<Link> links) {
    this.links = links;
  }

  /**
   * The chain for these middlewares; stages of {@code previous} whose id and settings are the same
   * are used again, and others of the same id hand over what they know.
   */
  public static MiddlewareChain of(
      List<Middleware> written,
      MiddlewareChain previous,
      StageContext context,
      FrontendMeters meters) {
    if (written.isEmpty()) {
      return EMPTY;
    }
    List<Link> links = new ArrayList<>(written.size());
    for (Middleware middleware : written) {
      links.add(link(middleware, previous.find(middleware.id()), context, meters));
    }
    return new MiddlewareChain(List.copyOf(links));
  }

  private static Link link(
      Middleware written, @Nullable Link before, StageContext context, FrontendMeters meters) {
    if (before != null && before.written.spec().equals(written.spec())) {
      return new Link(written, before.stage, before.meters);
    }
    StageMeters counts = meters.stage(written.id());
    Stage stage = Stages.build(written, context, counts);
    if (before != null) {
      stage.inherit(before.stage);
    }
    return new Link(written, stage, counts);
  }

  /**
   * What each stage says to a request that is sent to nobody, in their order, up to the one that
   * answers. Those that decide by more than the request are not asked. Not on an event loop.
   *
   * @param told is given a stage's id and what it says
   */
  public void rehearse(ExchangeView exchange, BiConsumer<String, String> told) {
    for (Link link : links) {
      String other = link.written.spec().decidedBy();
      if (!other.isEmpty()) {
        told.accept(link.written.id(), "decided by " + other);
        continue;
      }
      String before = exchange.outgoing().target().toString();
      Verdict verdict = link.stage.onRequest(exchange);
      if (verdict instanceof Verdict.Wait wait) {
        verdict = wait.later().toCompletableFuture().join().get();
      }
      if (verdict instanceof Verdict.Refusal refusal) {
        told.accept(
            link.written.id(), "answers " + refusal.status() + " " + refusal.reason().label());
        return;
      }
      String after = exchange.outgoing().target().toString();
      told.accept(
          link.written.id(), before.equals(after) ? "passes" : "passes, and asks for " + after);
    }
  }

  public boolean isEmpty() {
    return links.isEmpty();
  }

  /** Begins the passage of one exchange. */
  public Passage enter(ExchangeView exchange) {
    return new Passage(exchange);
  }

  private @Nullable Link find(String id) {
    for (Link link : links) {
      if (link.written.id().equals(id)) {
        return link;
      }
    }
    return null;
  }

  /** One exchange on its way through the chain, and back. */
  public final class Passage {
    private final ExchangeView exchange;
    private final Verdict.Proceed[] proceeded = new Verdict.Proceed[links.size()];

    /** Those that let it proceed; the next one is asked, or has not decided yet. */
    private int entered;

    private String refusedBy = "";

    /** The one that has not decided yet. */
    private @Nullable Link waiting;

    /** In the order in which a body passes them. */
    @Bounded("by the stages")
    private final List<BodyFilter> filters = new ArrayList<>(0);

    private Passage(ExchangeView exchange) {
      this.exchange = exchange;
    }

    /** Asks the stages: Proceed when all let the request go on, else the first other verdict. */
    public Verdict onRequest() {
      while (entered < links.size()) {
        Link link = links.get(entered);
        Verdict verdict;
        try {
          verdict = link.stage.onRequest(exchange);
        } catch (RuntimeException bug) {
          verdict = failed(link, bug);
        }
        if (!(take(link, verdict) instanceof Verdict.Proceed)) {
          return verdict;
        }
      }
      return Verdict.PROCEED;
    }

    /**
     * Goes on after a {@link Verdict.Wait}.
     *
     * @param decision gives what the stage has decided; null when it failed
     * @param failure why it failed
     */
    public Verdict resume(@Nullable Supplier<Verdict> decision, @Nullable Throwable failure) {
      Link link = links.get(entered);
      waiting = null;
      Verdict verdict;
      try {
        verdict = decision == null ? failed(link, failure) : decision.get();
      } catch (RuntimeException bug) {
        verdict = failed(link, bug);
      }
      return take(link, verdict) instanceof Verdict.Proceed ? onRequest() : verdict;
    }

    /** What was waited for has come after the end: a stage that lets it proceed is told so. */
    public void late(@Nullable Supplier<Verdict> decision) {
      Link link = waiting;
      waiting = null;
      if (link == null || decision == null) {
        return;
      }
      try {
        if (decision.get() instanceof Verdict.Proceed proceed) {
          link.stage.onFinish(exchange, proceed);
        }
      } catch (RuntimeException bug) {
        failed(link, bug);
      }
    }

    private Verdict take(Link link, Verdict verdict) {
      switch (verdict) {
        case Verdict.Proceed proceed -> {
          proceeded[entered++] = proceed;
          if (proceed == Verdict.SHADOWED) {
            link.meters.refused("shadow");
          } else {
            link.meters.passed();
          }
        }
        case Verdict.Refusal refusal -> {
          link.meters.refused(refusal.reason().label());
          refusedBy = link.written.id();
        }
        case Verdict.Wait later -> waiting = link;
      }
      return verdict;
    }

    private Verdict failed(Link link, @Nullable Throwable failure) {
      LOG.error(
          "stage {} of frontend {} failed", link.written.id(), link.written.frontendId(), failure);
      return Verdict.Reply.of(Reason.STAGE_FAILED);
    }

    /** The id of the stage that answered; empty where none has. */
    public String refusedBy() {
      return refusedBy;
    }

    /** Where an error's page is got: the last stage that was entered and has one says it. */
    public @Nullable PageSource page(int status) {
      for (int i = entered - 1; i >= 0; i--) {
        Link link = links.get(i);
        try {
          PageSource page = link.stage.page(exchange, status);
          if (page != null) {
            return page;
          }
        } catch (RuntimeException bug) {
          failed(link, bug);
        }
      }
      return null;
    }

    /** Shows the head of the final response to the stages that were entered, last first. */
    public void onResponse(ResponseHead head) {
      for (int i = entered - 1; i >= 0; i--) {
        Link link = links.get(i);
        try {
          link.stage.onResponse(exchange, proceeded[i], head);
          BodyFilter filter = link.stage.filter(exchange, proceeded[i], head);
          if (filter != null) {
            filters.add(filter);
          }
        } catch (RuntimeException bug) {
          failed(link, bug);
        }
      }
    }

    /**
     * What is to be sent of a body for a piece of it.
     *
     * @param piece which is released, or given back
     */
    public ByteBuf onBody(ByteBuf piece) {
      return passed(piece, 0);
    }

    /** What the filters have held back; nothing more has come for now. */
    public ByteBuf onBodyPause() {
      ByteBuf all = Unpooled.EMPTY_BUFFER;
      for (int i = 0; i < filters.size(); i++) {
        all = joined(all, passed(filters.get(i).onPause(), i + 1));
      }
      return all;
    }

    /** What is still to be sent of a body that has ended. */
    public ByteBuf onBodyEnd() {
      ByteBuf all = Unpooled.EMPTY_BUFFER;
      for (int i = 0; i < filters.size(); i++) {
        all = joined(all, passed(filters.get(i).onEnd(), i + 1));
      }
      return all;
    }

    private ByteBuf passed(ByteBuf piece, int from) {
      ByteBuf now = piece;
      for (int i = from; i < filters.size(); i++) {
        if (now.isReadable()) {
          now = filters.get(i).onPiece(now);
        }
      }
      return now;
    }

    private static ByteBuf joined(ByteBuf first, ByteBuf second) {
      if (!first.isReadable()) {
        first.release();
        return second;
      }
      if (!second.isReadable()) {
        second.release();
        return first;
      }
      return Unpooled.wrappedBuffer(first, second);
    }

    /** Tells the stages that were entered, last first. A second call does nothing. */
    public void onFinish() {
      filters.forEach(BodyFilter::close);
      filters.clear();
      while (entered > 0) {
        entered--;
        Link link = links.get(entered);
        try {
          link.stage.onFinish(exchange, proceeded[entered]);
        } catch (RuntimeException bug) {
          failed(link, bug);
        }
      }
    }
  }
}
