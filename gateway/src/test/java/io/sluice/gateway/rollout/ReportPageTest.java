package io.sluice.gateway.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.fleet.Traffic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What happened and why is read at a glance, whatever happened. */
class ReportPageTest {
  private static final Instant BEGAN = Instant.parse("2026-11-28T10:00:00Z");

  private static Rollout rollout(String judgement, Rollout.Phase phase, Rollout.Event... events) {
    Shift plan =
        new Shift(
            "canary",
            "shop<b>",
            "v1",
            "v2",
            List.of(5, 100),
            "",
            "",
            judgement,
            10,
            1,
            60,
            List.of(),
            "");
    return new Rollout(
        plan.id(),
        BEGAN.toString(),
        plan,
        phase,
        0,
        Rollout.Asked.NOTHING,
        List.of(events),
        List.of());
  }

  private static Rollout.Event event(int second, int share, String what, long answers, double ms) {
    Traffic.Summary canary = new Traffic.Summary(answers, 0.002, ms);
    Traffic.Summary baseline = new Traffic.Summary(answers * 9, 0.001, 20);
    return new Rollout.Event(
        BEGAN.plusSeconds(second).toString(), what, share, 7, canary, baseline);
  }

  private static Rollout taken() {
    List<Rollout.Event> events = new ArrayList<>();
    events.add(event(0, 5, "begins", 0, 0));
    for (int i = 1; i < 40; i++) {
      events.add(
          event(i, i < 20 ? 5 : 25, "measured", i * 10L, i < 30 ? 22 + i % 5 : 20 + 5.0 * i));
    }
    events.add(event(40, 25, "taken back: found p99 190 ms & more, expected < 2 * baseline", 0, 0));
    return rollout(
        "ResponseCodeRatio(500, 600, 0, 600) < 0.01 && LatencyAtQuantileMS(99.0) < 2 * baseline +"
            + " 50",
        Rollout.Phase.TAKEN_BACK,
        events.toArray(new Rollout.Event[0]));
  }

  @Test
  void theVerdictAndItsReasonStandFirst() throws Exception {
    String page = ReportPage.of(taken());

    assertThat(page)
        .contains("<header class=\"bad\">", "<h1>Taken back</h1>")
        .contains("<p>found p99 190 ms &amp; more, expected &lt; 2 * baseline</p>")
        .contains("canary of shop&lt;b&gt;, v1 to v2", "took 40 s")
        .doesNotContain("NaN", "Infinity", "<b>,");
    assertThat(page.indexOf("Taken back")).isLessThan(page.indexOf("<svg"));
    String kept = System.getProperty("report.page", "");
    if (!kept.isEmpty()) {
      Files.writeString(Path.of(kept), page);
    }
  }

  @Test
  void eachPlotHasAxesStepsAndTheLimitThatWasJudgedBy() {
    String page = ReportPage.of(taken());

    assertThat(Pattern.compile("<svg ").matcher(page).results()).hasSize(3);
    assertThat(Pattern.compile("class=\"limit\" points").matcher(page).results()).hasSize(2);
    assertThat(page).contains("class=\"step\"", ">40 s</text>", ">1</text>");
  }

  @Test
  void whereNothingWasMeasuredThereIsAGapOrASentence() {
    String silent = ReportPage.of(rollout("", Rollout.Phase.DONE, event(0, 5, "begins", 0, 0)));
    assertThat(silent)
        .contains("No traffic while it ran.", "Without a judgement.", "<header class=\"good\">");
    assertThat(Pattern.compile("<svg ").matcher(silent).results()).hasSize(1);

    String gap =
        ReportPage.of(
            rollout(
                "",
                Rollout.Phase.RUNNING,
                event(0, 5, "measured", 10, 20),
                event(1, 5, "measured", 10, 20),
                event(2, 5, "measured", 0, 0),
                event(3, 5, "measured", 10, 20),
                event(4, 5, "measured", 10, 20)));
    assertThat(gap).contains("Under way, at 5 %");
    // Of the share one line, of errors and times of both sides two pieces each.
    assertThat(Pattern.compile("<polyline").matcher(gap).results()).hasSize(1 + 8);
  }

  @Test
  void aRolloutThatHasJustBegunHasAPage() {
    assertThat(ReportPage.of(rollout("", Rollout.Phase.RUNNING))).contains("Under way");
  }
}
