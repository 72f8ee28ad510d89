package io.sluice.gateway.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Duration EVERY = Duration.ofMillis(100);
  private long now;
  private final List<Long> looks = new ArrayList<>();
  private final Patience patience = new Patience(() -> now, nanos -> now += nanos);

  @Test
  void whatIsDoneAtOnceIsNotWaitedFor() throws Exception {
    assertThat(await(Long.MIN_VALUE, Duration.ofSeconds(5))).isEmpty();
    assertThat(now).isZero();
  }

  @Test
  void itEndsAtTheFirstLookThatFindsNothing() throws Exception {
    assertThat(await(millis(250), Duration.ofSeconds(5))).isEmpty();
    assertThat(now).isEqualTo(millis(300));
  }

  @Test
  void theLastLookIsWhenTheTimeIsOver() throws Exception {
    assertThat(await(Long.MAX_VALUE, Duration.ofMillis(250))).containsExactly("busy");
    assertThat(looks).containsExactly(0L, millis(100), millis(200), millis(250));
  }

  @Test
  void whatWasDoneDuringALongLookIsStillFound() throws Exception {
    List<String> left =
        patience.await(
            () -> {
              boolean done = now > 0;
              now += millis(900);
              return done ? List.of() : List.of("busy");
            },
            EVERY,
            Duration.ofMillis(500));

    assertThat(left).isEmpty();
  }

  @Test
  void withoutTimeThereIsOneLook() throws Exception {
    assertThat(await(Long.MAX_VALUE, Duration.ZERO)).containsExactly("busy");
    assertThat(looks).hasSize(1);
  }

  @Test
  void aGatewayThatDoesNotAnswerIsWaitedForAndNamed() throws Exception {
    List<String> left =
        patience.await(
            () -> {
              looks.add(now);
              throw new AdminApi.SilentException("gateway a is silent", new IOException());
            },
            EVERY,
            Duration.ofMillis(150));

    assertThat(left).containsExactly("gateway a is silent");
    assertThat(looks).hasSize(3);
  }

  private List<String> await(long doneAt, Duration atMost) throws Exception {
    return patience.await(
        () -> {
          looks.add(now);
          return now >= doneAt ? List.of() : List.of("busy");
        },
        EVERY,
        atMost);
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
