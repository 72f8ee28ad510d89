package io.sluice.gateway.rollout;

import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.rollout.Rollout.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** A rollout as one HTML page that needs nothing else: its plots and its timeline. */
public final class ReportPage {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 110;
  private static final double PERCENT = 100;
  private static final double MILLIS = 1_000;

  private final Rollout rollout;
  private final Instant began;
  private final double seconds;

  private ReportPage(Rollout rollout) {
    this.rollout = rollout;
    this.began = Instant.parse(rollout.startedAt());
    List<Event> timeline = rollout.timeline();
    this.seconds = timeline.isEmpty() ? 1 : Math.max(1, after(timeline.getLast()));
  }

  /** The page. */
  public static String of(Rollout rollout) {
    return new ReportPage(rollout).page();
  }

  private String page() {
    StringBuilder rows = new StringBuilder();
    for (Event event : rollout.timeline()) {
      rows.append(
          String.format(
              Locale.ROOT,
              "<tr><td class=\"n\">%.1f s</td><td class=\"n\">%d %%</td><td class=\"n\">%s</td>"
                  + "<td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>%n",
              after(event),
              event.share(),
              event.revision() == 0 ? "" : Long.toString(event.revision()),
              escape(event.what()),
              figures(event.canary()),
              figures(event.baseline())));
    }
    String plots =
        plot("share of the new, in percent", event -> true, Event::share, event -> Double.NaN)
            + plot(
                "errors, in percent",
                event -> event.canary().requests() > 0,
                event -> PERCENT * event.canary().errorRatio(),
                event -> PERCENT * event.baseline().errorRatio())
            + plot(
                "p99 of the server's part, in milliseconds",
                event -> event.canary().requests() > 0,
                event -> event.canary().p99Millis(),
                event -> event.baseline().p99Millis());
    return String.format(
        Locale.ROOT,
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Rollout of %1$s</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
        td.n { text-align: right; font-variant-numeric: tabular-nums; }
        svg { display: block; margin: 0 0 1.2rem; background: #f6f7f9; }
        polyline { fill: none; stroke-width: 2; } .new { stroke: #c2410c; color: #c2410c; } .old { stroke: #1d4ed8; color: #1d4ed8; }
        </style></head><body>
        <h1>%1$s: %2$s, %3$s</h1>
        <p>%4$s; began %5$s, took %6$s.</p>
        <p><span class="new">&#9632; new</span> <span class="old">&#9632; old</span></p>
        %7$s
        <table><tr><th>after</th><th>share</th><th>revision</th><th>what</th><th>new: answers, errors, p99</th><th>old</th></tr>
        %8$s</table>
        </body></html>
        """,
        escape(rollout.id()),
        rollout.plan().style(),
        escape(rollout.plan().what()),
        rollout.phase(),
        rollout.startedAt(),
        String.format(Locale.ROOT, "%.1f s", seconds),
        plots,
        rows);
  }

  private String plot(
      String title,
      Predicate<Event> shown,
      ToDoubleFunction<Event> isNew,
      ToDoubleFunction<Event> old) {
    List<Event> events = rollout.timeline().stream().filter(shown).toList();
    double most =
        Math.max(
            events.stream().mapToDouble(isNew).max().orElse(0),
            events.stream().mapToDouble(old).filter(Double::isFinite).max().orElse(0));
    double top = most > 0 ? most : 1;
    return String.format(
        Locale.ROOT,
        "<h2>%s</h2><p>0 to %.1f</p>%n<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\">%s%s</svg>%n",
        title,
        most,
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        line("old", events, old, top),
        line("new", events, isNew, top));
  }

  private String line(String css, List<Event> events, ToDoubleFunction<Event> value, double top) {
    StringBuilder points = new StringBuilder();
    for (Event event : events) {
      double y = value.applyAsDouble(event);
      if (Double.isFinite(y)) {
        points.append(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f ",
                WIDTH * after(event) / seconds,
                HEIGHT - (HEIGHT - 4) * y / top - 2));
      }
    }
    return "<polyline class=\"" + css + "\" points=\"" + points.toString().strip() + "\"/>";
  }

  private double after(Event event) {
    return Duration.between(began, Instant.parse(event.at())).toMillis() / MILLIS;
  }

  private static String figures(Traffic.Summary summary) {
    return summary.requests() == 0
        ? ""
        : String.format(
            Locale.ROOT,
            "%d, %.2f %%, %.1f ms",
            summary.requests(),
            PERCENT * summary.errorRatio(),
            summary.p99Millis());
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
