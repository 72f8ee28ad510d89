package io.sluice.gateway.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.rollout.Rollout.Mark;
import io.sluice.gateway.rollout.Rollout.Phase;
import io.sluice.gateway.rollout.Rollout.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a process that takes a rollout over knows of it. */
class RolloutTest {
  private static final Mark JUDGED = new Mark(Stage.JUDGED, "");
  private static final Mark STOPPING = new Mark(Stage.STOPPING, "old-1");

  private static Rollout rolling() {
    return Rollout.of(
        new Rolling(
            "b",
            "2",
            List.of(
                new Rolling.Replacement("old-1", "new-1", 0),
                new Rolling.Replacement("old-2", "new-2", 0)),
            "start",
            "stop",
            "",
            "",
            1,
            0,
            "",
            5,
            60));
  }

  @Test
  void whatAStepHasReachedIsReadBackAsItWasWritten() throws Exception {
    Rollout written = rolling().and(JUDGED).and(STOPPING);

    assertThat(Rollout.read(written.toJson())).isEqualTo(written);
    assertThat(Rollout.read(written.toJson()).progress()).containsExactly(JUDGED, STOPPING);
  }

  @Test
  void aPauseKeepsWhatTheStepHasReachedAndTheNextStepBeginsWithNothing() {
    Rollout reached = rolling().and(JUDGED);

    assertThat(reached.to(Phase.PAUSED, 0).to(Phase.RUNNING, 0).progress()).contains(JUDGED);
    assertThat(reached.to(Phase.RUNNING, 1).progress()).isEmpty();
  }

  @Test
  void theWordsOfTheTimelineDecideNothing() {
    Rollout told =
        rolling().and(Course.event("found well: anything", 0, 0, Course.NOTHING, Course.NOTHING));

    assertThat(told.progress()).isEmpty();
  }

  @Test
  void whatAnotherVersionWroteIsRead() throws Exception {
    String json = rolling().toJson();
    String earlier = json.replace(",\"progress\":[]", "");
    String later = json.replace("\"progress\":[]", "\"progress\":[],\"more\":{\"a\":1}");

    assertThat(earlier).isNotEqualTo(json);
    assertThat(Rollout.read(earlier)).isEqualTo(Rollout.read(json));
    assertThat(Rollout.read(later)).isEqualTo(Rollout.read(json));
  }
}
