package io.sluice.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.client.ClientDeadline.Wait;
import io.sluice.gateway.config.ClientTimeouts;
import io.sluice.gateway.wire.DeadlineWheel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientDeadlineTest {
  private static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

  private final List<Wait> expired = new ArrayList<>();
  private long now = 1_000_000;
  private final DeadlineWheel wheel = new DeadlineWheel(TICK, () -> now);
  private final ClientDeadline deadline =
      new ClientDeadline(ClientTimeouts.DEFAULT, wheel, () -> 0, expired::add);

  @ParameterizedTest(name = "after {0} ms of silence it ends {1} ms later")
  @CsvSource({"0, 1000", "200, 800", "999, 1", "1000, 0", "30000, 0"})
  void aConnectionThatIsToEndLastsASecondFromItsLastResponseOn(long silent, long more) {
    deadline.expect(Wait.NEXT_REQUEST);
    pass(silent);

    deadline.expectNoOther();
    pass(more - 1);
    deadline.expectNoOther();
    if (more > 0) {
      assertThat(expired).isEmpty();
    }
    pass(1 + 20);

    assertThat(expired).containsExactly(Wait.LAST_REQUEST);
  }

  @Test
  void aRequestThatHasBegunHasTheTimeThatItAlwaysHas() {
    deadline.expect(Wait.HEAD);

    deadline.expectNoOther();
    pass(9_900);
    assertThat(expired).isEmpty();
    pass(200);

    assertThat(expired).containsExactly(Wait.HEAD);
  }

  private void pass(long millis) {
    for (long end = now + TimeUnit.MILLISECONDS.toNanos(millis); now < end; ) {
      now = Math.min(end, now + TICK);
      wheel.advance();
    }
  }
}
