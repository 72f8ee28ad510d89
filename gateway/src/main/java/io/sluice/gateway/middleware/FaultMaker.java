package io.sluice.gateway.middleware;

import io.sluice.gateway.config.Fault;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.route.Route;
import io.sluice.gateway.route.RouteSyntaxException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes a share of the requests late, or fail. */
final class FaultMaker implements Stage {
  private static final int HUNDRED = 100;

  private final Fault settings;
  private final @Nullable Route when;
  private final Executor later;

  FaultMaker(Fault settings) {
    this.settings = settings;
    this.when = route(settings.when());
    this.later =
        CompletableFuture.delayedExecutor(
            settings.delay().toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
  }

  private static @Nullable Route route(String expression) {
    try {
      return expression.isEmpty() ? null : Route.parse(expression);
    } catch (RouteSyntaxException checkedWhenRead) {
      throw new IllegalArgumentException(expression, checkedWhenRead);
    }
  }

  @Override
  public Verdict onRequest(ExchangeView exchange) {
    if (when != null && !when.matches(exchange.asRouted())) {
      return Verdict.PROCEED;
    }
    Verdict verdict =
        hits(settings.abortPercent())
            ? new Verdict.Answer(Reason.FAULT, settings.abortStatus(), List.of(), "")
            : Verdict.PROCEED;
    return hits(settings.delayPercent())
        ? new Verdict.Wait(CompletableFuture.supplyAsync(() -> () -> verdict, later))
        : verdict;
  }

  private static boolean hits(double percent) {
    return percent > 0 && ThreadLocalRandom.current().nextDouble() * HUNDRED < percent;
  }
}
