package io.sluice.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineWheelTest {
  private static final long TICK = 10;

  private final List<String> met = new ArrayList<>();
  private long now = 1_000;
  private final DeadlineWheel wheel = new DeadlineWheel(TICK, () -> now);

  @Test
  void aDeadlineIsMetOnceAndNeverEarly() {
    deadline("a").in(25);

    passTo(1_024);
    assertThat(met).isEmpty();
    passTo(1_040);
    assertThat(met).containsExactly("a");
    passTo(9_000);
    assertThat(met).containsExactly("a");
  }

  @Test
  void aDeadlineThatIsMovedLaterIsMetThen() {
    DeadlineWheel.Deadline deadline = deadline("a");
    deadline.in(20);
    passTo(1_015);

    deadline.in(100);

    passTo(1_110);
    assertThat(met).isEmpty();
    passTo(1_130);
    assertThat(met).containsExactly("a");
  }

  @Test
  void aDeadlineThatIsMovedEarlierIsMetThen() {
    DeadlineWheel.Deadline deadline = deadline("a");
    deadline.in(1_000);

    deadline.in(20);

    passTo(1_035);
    assertThat(met).containsExactly("a");
  }

  @Test
  void noDurationIsTooLongAndNoneComesBeforeAShorterOne() {
    for (long nanos = 1; nanos > 0; nanos *= 3) {
      met.clear();
      deadline("longer").in(Long.MAX_VALUE - nanos);
      deadline("longest").in(Long.MAX_VALUE);
      passTo(now + 50);

      assertThat(met).as("%d", nanos).isEmpty();
    }
  }

  @Test
  void aCancelledDeadlineIsNeverMetAndCanBeSetAgain() {
    DeadlineWheel.Deadline deadline = deadline("a");
    deadline.in(20);
    deadline.cancel();
    passTo(2_000);
    assertThat(met).isEmpty();

    deadline.in(20);

    passTo(2_040);
    assertThat(met).containsExactly("a");
  }

  @Test
  void aDeadlineBeyondTheHorizonIsMetInItsTime() {
    deadline("a").in(1_000_000);

    passTo(1_000_990);
    assertThat(met).isEmpty();
    passTo(1_001_020);
    assertThat(met).containsExactly("a");
  }

  @Test
  void anActionMayRemoveOrSetDeadlinesOfTheSameTick() {
    DeadlineWheel.Deadline[] others = new DeadlineWheel.Deadline[2];
    others[0] = deadline("removed");
    others[1] = deadline("moved");
    others[0].in(20);
    others[1].in(20);
    wheel
        .deadline(
            () -> {
              met.add("first");
              others[0].remove();
              others[1].in(50);
            })
        .in(20);

    passTo(1_040);
    assertThat(met).containsExactly("first");
    passTo(1_100);
    assertThat(met).containsExactly("first", "moved");
  }

  @Test
  void allAreMetAfterALongPause() {
    deadline("a").in(20);
    deadline("b").in(5_000);
    deadline("c").in(50_000);

    now += 100_000;
    wheel.advance();
    wheel.advance();

    assertThat(met).containsExactlyInAnyOrder("a", "b", "c");
  }

  private DeadlineWheel.Deadline deadline(String name) {
    return wheel.deadline(() -> met.add(name));
  }

  private void passTo(long time) {
    while (now < time) {
      now = Math.min(time, now + TICK);
      wheel.advance();
    }
  }
}
