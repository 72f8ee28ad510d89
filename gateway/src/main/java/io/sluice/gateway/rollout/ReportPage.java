package io.sluice.gateway.rollout;

import io.sluice.gateway.fleet.Traffic;
import io.sluice.gateway.rollout.ReportChart.Line;
import io.sluice.gateway.rollout.ReportChart.Point;
import io.sluice.gateway.rollout.Rollout.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A rollout as one HTML page that needs nothing else: its verdict and the reason, three plots over
 * one time, and its timeline. For screens of any width, dark ones, and paper.
 */
public final class ReportPage {
  private static final double PERCENT = 100;
  private static final double MILLIS = 1_000;

  /** The limits that a judgement's own words say plainly. */
  private static final Pattern ERRORS =
      Pattern.compile(
          "ResponseCodeRatio\\(500, *600, *0, *600\\) *<=? *([0-9.]+) *(?:&&|\\|\\||$)");

  private static final Pattern P99 =
      Pattern.compile(
          "LatencyAtQuantileMS\\(99(?:\\.0)?\\) *<=? *(?:([0-9.]+) *\\* *)?(baseline)?(?: *\\+"
              + " *)?([0-9.]+)?");

  /** How it looks, as it stands between its style tags. */
  public static final String STYLE =
      """

      :root { color-scheme: light dark; --text: #1a1f27; --soft: #5b6472; --page: #fff; --panel: #f4f5f7; --line: #d8dce2; --new: #b4470e; --old: #2456c7; --limit: #8a1c1c; }
      @media (prefers-color-scheme: dark) { :root { --text: #e8eaee; --soft: #a0a8b4; --page: #14171c; --panel: #1d2128; --line: #343a44; --new: #f0904e; --old: #7ba4f7; --limit: #ef8080; } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 60rem; margin: 0 auto; padding: 0 1rem 3rem; }
      header { margin: 1.5rem 0; padding: 1rem 1.2rem; border-radius: .5rem; background: var(--panel); border-left: .5rem solid var(--mark); }
      header.good { --mark: #1a7f45; } header.bad { --mark: #b3261e; } header.open { --mark: #b58105; }
      h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .3rem; } header p { margin: .2rem 0; } .soft, small { color: var(--soft); font-weight: normal; }
      h2 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
      .legend span { margin-right: 1.2rem; } .legend i { display: inline-block; width: 1.4rem; border-top: 3px solid; vertical-align: middle; margin-right: .4rem; }
      .legend .new { color: var(--new); } .legend .old { color: var(--old); } .legend .limit { color: var(--limit); } .legend .limit i { border-top-style: dashed; } .legend b { color: var(--text); font-weight: normal; }
      svg { display: block; width: 100%; height: auto; overflow: visible; } .none { color: var(--soft); }
      polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } polyline.new { stroke: var(--new); } polyline.old { stroke: var(--old); } polyline.limit { stroke: var(--limit); stroke-dasharray: 5 4; }
      circle.new { fill: var(--new); } circle.old { fill: var(--old); } circle.limit { fill: none; }
      .grid { stroke: var(--line); } .step { fill: var(--panel); } .axis { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
      .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
      th, td { padding: .25rem .6rem; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; border-bottom: 1px solid var(--line); } th { position: sticky; top: 0; background: var(--page); color: var(--soft); font-weight: 600; }
      .what { text-align: left; white-space: normal; min-width: 14rem; overflow-wrap: anywhere; } th.of { text-align: center; }
      @media print { body { max-width: none; font-size: 11px; } header { background: none; border: 1px solid #000; } svg { break-inside: avoid; } th { position: static; } }
      @media (max-width: 40rem) { body { font-size: 14px; } .axis { font-size: 22px; } polyline { stroke-width: 4; } .what { min-width: 9rem; } th, td { padding: .2rem .4rem; } }
      """;

  private final Rollout rollout;
  private final Instant began;
  private final List<Point> points;
  private final double seconds;

  private ReportPage(Rollout rollout) {
    this.rollout = rollout;
    this.began = Instant.parse(rollout.startedAt());
    this.points = rollout.timeline().stream().map(event -> new Point(after(event), event)).toList();
    this.seconds = points.isEmpty() ? 1 : Math.max(1, points.getLast().seconds());
  }

  /** The page. */
  public static String of(Rollout rollout) {
    return new ReportPage(rollout).page();
  }

  private String page() {
    return String.format(
        Locale.ROOT,
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%1$s: %2$s</title>
        <style>%3$s</style></head><body>
        <header class="%4$s">
        <h1>%2$s</h1>
        <p>%5$s</p>
        <p class="soft">%6$s of %1$s, %7$s; began %8$s, took %9$s</p>
        </header>
        <p class="legend"><span class="new"><i></i><b>new</b></span><span class="old"><i></i><b>old</b></span><span class="limit"><i></i><b>limit</b></span><span class="soft">every second step is shaded</span></p>
        %10$s
        <h2>Timeline</h2>
        <div class="scroll"><table><thead>
        <tr><th></th><th></th><th></th><th class="of" colspan="3">new</th><th class="of" colspan="3">old</th></tr>
        <tr><th>after</th><th>share</th><th class="what">what</th><th>answers</th><th>errors %%</th><th>p99 ms</th><th>answers</th><th>errors %%</th><th>p99 ms</th></tr>
        </thead><tbody>
        %11$s</tbody></table></div>
        </body></html>
        """,
        escape(rollout.id()),
        verdict(),
        STYLE,
        css(),
        escape(reason()),
        escape(rollout.plan().style()),
        escape(rollout.plan().what()),
        began.truncatedTo(ChronoUnit.SECONDS),
        ReportChart.duration(seconds),
        charts(),
        rows());
  }

  private String verdict() {
    return switch (rollout.phase()) {
      case DONE -> "Done: everything is at the new one";
      case TAKEN_BACK -> "Taken back";
      case PAUSED -> "Paused at " + rollout.share() + " %";
      default -> "Under way, at " + rollout.share() + " %";
    };
  }

  private String css() {
    return switch (rollout.phase()) {
      case DONE -> "good";
      case TAKEN_BACK -> "bad";
      default -> "open";
    };
  }

  /** Why it ended as it did; what was judged where there is nothing else to say. */
  private String reason() {
    if (rollout.phase() == Rollout.Phase.TAKEN_BACK && !points.isEmpty()) {
      String last = points.getLast().event().what();
      return last.replaceFirst("^(taken back|stopped): ", "");
    }
    return judgement().isEmpty() ? "Without a judgement." : "Judged by: " + judgement();
  }

  private String judgement() {
    return switch (rollout.plan()) {
      case Shift shift -> shift.judgement();
      case Rolling rolling -> rolling.judgement();
    };
  }

  private String charts() {
    ReportChart share =
        new ReportChart("Share of the new", "%", points, seconds)
            .with(new Line("new", "share", true, event -> true, Event::share));
    ReportChart errors =
        new ReportChart("Errors", "% of all answers, status 500 and above", points, seconds)
            .with(
                new Line(
                    "old",
                    "old",
                    ReportPage::oldAnswers,
                    event -> PERCENT * event.baseline().errorRatio()))
            .with(
                new Line(
                    "new",
                    "new",
                    ReportPage::newAnswers,
                    event -> PERCENT * event.canary().errorRatio()));
    Matcher limit = ERRORS.matcher(judgement());
    if (limit.find()) {
      double most = PERCENT * Double.parseDouble(limit.group(1));
      errors.with(new Line("limit", "limit", ReportPage::newAnswers, event -> most));
    }
    ReportChart p99 =
        new ReportChart("Time of the server's part", "ms, 99th percentile", points, seconds)
            .with(
                new Line(
                    "old", "old", ReportPage::oldAnswers, event -> event.baseline().p99Millis()))
            .with(
                new Line(
                    "new", "new", ReportPage::newAnswers, event -> event.canary().p99Millis()));
    Matcher times = P99.matcher(judgement());
    if (times.find() && (times.group(2) != null || times.group(3) != null)) {
      boolean relative = times.group(2) != null;
      double factor = times.group(1) == null ? 1 : Double.parseDouble(times.group(1));
      double more = times.group(3) == null ? 0 : Double.parseDouble(times.group(3));
      p99.with(
          new Line(
              "limit",
              "limit",
              relative ? ReportPage::oldAnswers : ReportPage::newAnswers,
              event -> (relative ? factor * event.baseline().p99Millis() : 0) + more));
    }
    return share.html() + errors.html() + p99.html();
  }

  private static boolean newAnswers(Event event) {
    return event.canary().requests() > 0;
  }

  private static boolean oldAnswers(Event event) {
    return event.baseline().requests() > 0;
  }

  private String rows() {
    StringBuilder rows = new StringBuilder();
    for (Point point : points) {
      Event event = point.event();
      rows.append(
          String.format(
              Locale.ROOT,
              "<tr><td>%s</td><td>%d %%</td><td class=\"what\">%s</td>%s%s</tr>%n",
              ReportChart.duration(point.seconds()),
              event.share(),
              escape(event.what()),
              cells(event.canary()),
              cells(event.baseline())));
    }
    return rows.toString();
  }

  private static String cells(Traffic.Summary summary) {
    return summary.requests() == 0
        ? "<td></td><td></td><td></td>"
        : String.format(
            Locale.ROOT,
            "<td>%d</td><td>%.2f</td><td>%.1f</td>",
            summary.requests(),
            PERCENT * summary.errorRatio(),
            summary.p99Millis());
  }

  private double after(Event event) {
    return Duration.between(began, Instant.parse(event.at())).toMillis() / MILLIS;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
