package io.sluice.gateway.admin;

import io.sluice.gateway.memory.Bounded;
import io.sluice.gateway.telemetry.Telemetry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code /metrics}. One scrape for all who ask in the same turn of the loop, so that a probe waits
 * for one only.
 */
final class MetricsPage {
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Telemetry telemetry;
  private final Vertx vertx;

  @Bounded("by the connections that are open")
  private final List<RoutingContext> asking = new ArrayList<>();

  MetricsPage(Telemetry telemetry, Vertx vertx) {
    this.telemetry = telemetry;
    this.vertx = vertx;
  }

  void show(RoutingContext context) {
    asking.add(context);
    if (asking.size() == 1) {
      vertx.runOnContext(turn -> scrape());
    }
  }

  private void scrape() {
    List<RoutingContext> asked = List.copyOf(asking);
    asking.clear();
    answer(asked.stream().filter(MetricsPage::wantsExemplars).toList(), true);
    answer(asked.stream().filter(each -> !wantsExemplars(each)).toList(), false);
  }

  /** As Prometheus asks where it may have either. */
  private static boolean wantsExemplars(RoutingContext context) {
    String accept = context.request().getHeader("Accept");
    return accept != null && accept.contains("application/openmetrics-text");
  }

  private void answer(List<RoutingContext> asked, boolean withExemplars) {
    if (asked.isEmpty()) {
      return;
    }
    Buffer page = Buffer.buffer(withExemplars ? telemetry.openMetrics() : telemetry.scrape());
    String type = withExemplars ? Telemetry.OPEN_METRICS : PROMETHEUS_TEXT;
    for (RoutingContext each : asked) {
      each.response().putHeader("Content-Type", type).end(page);
    }
  }
}
