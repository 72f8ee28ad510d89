package io.sluice.gateway.rollout;

import io.sluice.gateway.rollout.Rollout.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * One plot of a report: both sides and a limit over the time since the rollout began, with steps
 * shaded and gaps where nothing was measured. SVG, in units of its view box.
 */
final class ReportChart {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 176;
  private static final int LEFT = 56;
  private static final int BOTTOM = 24;
  private static final int TOP = 14;
  private static final int LINES = 4;
  private static final int TICKS = 6;

  /** A moment. */
  record Point(double seconds, Event event) {}

  /**
   * A line of the plot.
   *
   * @param css what it is drawn by
   * @param steps whether a value holds until the next one
   * @param shown whether there is something to draw at a moment
   */
  record Line(
      String css,
      String name,
      boolean steps,
      Predicate<Event> shown,
      ToDoubleFunction<Event> value) {
    Line(String css, String name, Predicate<Event> shown, ToDoubleFunction<Event> value) {
      this(css, name, false, shown, value);
    }
  }

  private final String title;
  private final String unit;
  private final List<Point> points;
  private final double seconds;
  private final List<Line> lines = new ArrayList<>();

  ReportChart(String title, String unit, List<Point> points, double seconds) {
    this.title = title;
    this.unit = unit;
    this.points = points;
    this.seconds = seconds;
  }

  ReportChart with(Line line) {
    lines.add(line);
    return this;
  }

  /** The plot under its title; a sentence where there is nothing to plot. */
  String html() {
    double most =
        lines.stream()
            .flatMapToDouble(
                line ->
                    points.stream()
                        .filter(point -> line.shown.test(point.event))
                        .mapToDouble(point -> line.value.applyAsDouble(point.event)))
            .filter(Double::isFinite)
            .max()
            .orElse(-1);
    String head = "<h2>" + title + " <small>" + unit + "</small></h2>";
    if (most < 0) {
      return head + "<p class=\"none\">No traffic while it ran.</p>\n";
    }
    double top = round(most);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
            WIDTH,
            HEIGHT,
            title));
    steps(svg);
    grid(svg, top);
    lines.forEach(line -> draw(svg, line, top));
    return head + "\n" + svg.append("</svg>\n");
  }

  /** The next number with one digit that is no less, so that the axis has plain marks. */
  private static double round(double most) {
    if (most <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(most)));
    for (double digit : new double[] {1, 2, 4, 8}) {
      if (most <= digit * power) {
        return digit * power;
      }
    }
    return 10 * power;
  }

  private double x(double at) {
    return LEFT + (WIDTH - LEFT - 4) * at / seconds;
  }

  private static double y(double value, double top) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  }

  /** Every second share lies on a shade. */
  private void steps(StringBuilder svg) {
    int share = -1;
    double from = 0;
    boolean shaded = true;
    for (int i = 0; i <= points.size(); i++) {
      boolean ends = i == points.size();
      if (ends || points.get(i).event.share() != share) {
        double until = ends ? seconds : points.get(i).seconds;
        if (shaded && share >= 0) {
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<rect class=\"step\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
                  x(from),
                  TOP,
                  Math.max(0, x(until) - x(from)),
                  HEIGHT - TOP - BOTTOM));
        }
        from = until;
        shaded = !shaded && !ends;
        share = ends ? share : points.get(i).event.share();
      }
    }
  }

  private void grid(StringBuilder svg, double top) {
    for (int i = 0; i <= LINES; i++) {
      double value = top * i / LINES;
      double y = y(value, top);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                  + "<text class=\"axis\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
              LEFT,
              y,
              WIDTH - 4,
              y,
              LEFT - 8,
              y + 4,
              number(value)));
    }
    for (int i = 0; i <= TICKS; i++) {
      double at = seconds * i / TICKS;
      String anchor = i == TICKS ? "end" : i == 0 ? "start" : "middle";
      svg.append(
          String.format(
              Locale.ROOT,
              "<text class=\"axis\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
              x(at),
              HEIGHT - 6,
              anchor,
              duration(at)));
    }
  }

  private void draw(StringBuilder svg, Line line, double top) {
    List<String> piece = new ArrayList<>();
    for (Point point : points) {
      boolean shown =
          line.shown.test(point.event) && Double.isFinite(line.value.applyAsDouble(point.event));
      if (shown && line.steps && !piece.isEmpty()) {
        String last = piece.getLast();
        piece.add(
            String.format(
                Locale.ROOT, "%.1f%s", x(point.seconds), last.substring(last.indexOf(','))));
      }
      if (shown) {
        piece.add(
            String.format(
                Locale.ROOT,
                "%.1f,%.1f",
                x(point.seconds),
                y(Math.min(top, line.value.applyAsDouble(point.event)), top)));
      } else {
        end(svg, line, piece);
      }
    }
    end(svg, line, piece);
  }

  private static void end(StringBuilder svg, Line line, List<String> piece) {
    if (piece.size() == 1) {
      String[] at = piece.getFirst().split(",", 2);
      svg.append(
          "<circle class=\""
              + line.css
              + "\" cx=\""
              + at[0]
              + "\" cy=\""
              + at[1]
              + "\" r=\"3\"><title>"
              + line.name
              + "</title></circle>\n");
    } else if (!piece.isEmpty()) {
      svg.append(
          "<polyline class=\""
              + line.css
              + "\" points=\""
              + String.join(" ", piece)
              + "\"><title>"
              + line.name
              + "</title></polyline>\n");
    }
    piece.clear();
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value).replaceFirst("0+$", "");
  }

  /** A time as people say it. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 120
        ? String.format(Locale.ROOT, seconds > 0 && seconds < 10 ? "%.1f s" : "%.0f s", seconds)
        : whole < 7_200
            ? String.format(Locale.ROOT, "%d:%02d min", whole / 60, whole % 60)
            : String.format(Locale.ROOT, "%d:%02d h", whole / 3_600, whole / 60 % 60);
  }
}
