package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.HealthSettings;
import io.sluice.gateway.http.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is known of a server outlives every change of what is written about it. */
class HealthsTest {
  private static final EndpointKey SERVER = new EndpointKey("a", 1);
  private static final HealthSettings.Check CHECK = check(Duration.ofSeconds(5), 2);
  private static final HealthSettings SETTINGS =
      new HealthSettings(
          CHECK, new HealthSettings.Outliers(1, Duration.ofSeconds(30), 100), Duration.ZERO);

  private final AtomicLong clock = new AtomicLong();
  private final Healths healths = new Healths(clock::get);

  private static HealthSettings.Check check(Duration interval, int healthy) {
    return new HealthSettings.Check(
        HealthSettings.Kind.HTTP, "/", "", "", interval, Duration.ofSeconds(1), healthy, 3);
  }

  private Health with(HealthSettings settings) {
    return healths.obtain("b", Set.of(SERVER, new EndpointKey("b", 2)), settings).get(SERVER);
  }

  static HealthSettings[] changes() {
    return new HealthSettings[] {
      new HealthSettings(check(Duration.ofSeconds(1), 2), SETTINGS.outliers(), Duration.ZERO),
      new HealthSettings(check(Duration.ofSeconds(5), 7), SETTINGS.outliers(), Duration.ZERO),
      new HealthSettings(CHECK, SETTINGS.outliers(), Duration.ofSeconds(10)),
      new HealthSettings(
          CHECK, new HealthSettings.Outliers(9, Duration.ofSeconds(1), 10), Duration.ZERO),
      new HealthSettings(CHECK, null, Duration.ZERO),
    };
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aServerThatIsDownStaysDownWhateverChanges(HealthSettings changed) {
    Health health = with(SETTINGS);
    for (int i = 0; i < 3; i++) {
      health.checked("status 500", CHECK);
    }

    Health after = with(changed);

    assertThat(after.isDown()).isTrue();
    assertThat(after.isUsable()).isFalse();
    after.checked("", CHECK);
    assertThat(after.isDown()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aServerThatIsEjectedStaysOutForItsTimeWhateverChanges(HealthSettings changed) {
    Health health = with(SETTINGS);
    health.checked("", CHECK);
    health.failed(500);
    assertThat(health.isEjected()).isTrue();

    assertThat(with(changed).isEjected()).isTrue();
    clock.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(with(changed).isEjected()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aServerThatIsWellStaysWellWhateverChanges(HealthSettings changed) {
    with(SETTINGS).checked("", CHECK);

    assertThat(with(changed).isWell()).isTrue();
  }

  @Test
  void whereChecksAreWrittenNobodyIsWellBeforeOneWasPassed() {
    Health fresh = with(HealthSettings.NONE);
    assertThat(fresh.isWell()).isTrue();

    Health checked = with(SETTINGS);

    assertThat(checked.isUnchecked()).isTrue();
    assertThat(checked.isWell()).isFalse();
    checked.checked("status 500", CHECK);
    assertThat(checked.isWell()).isFalse();
    checked.checked("", CHECK);
    assertThat(checked.isWell()).isTrue();
  }

  @Test
  void whatOnlyChecksHaveSaidEndsWithThem() {
    Health health = with(SETTINGS);
    for (int i = 0; i < 3; i++) {
      health.checked("status 500", CHECK);
    }

    assertThat(with(HealthSettings.NONE).isDown()).isFalse();
    assertThat(with(SETTINGS).isDown()).isTrue();
  }

  @Test
  void aServerThatWasAwayIsNotKnownAnyMore() {
    with(SETTINGS).checked("", CHECK);
    healths.obtain("b", Set.of(), SETTINGS);

    assertThat(with(SETTINGS).isUnchecked()).isTrue();
  }

  @Test
  void aServerThatNobodyReachesIsFailingWhateverIsWritten() {
    Health health = with(HealthSettings.NONE);
    health.failed(Reason.CONNECT_FAILED);
    health.failed(Reason.CONNECT_TIMEOUT);
    assertThat(health.isFailing()).isFalse();
    health.failed(Reason.CONNECT_FAILED);

    assertThat(health.isFailing()).isTrue();
    assertThat(health.isWell()).isFalse();
    assertThat(health.isUsable()).isTrue();
    assertThat(health.lastError()).isEqualTo(Reason.CONNECT_FAILED.text());
    health.succeeded();
    assertThat(health.isWell()).isTrue();
  }

  @Test
  void oneRequestAtATimeFindsOutWhetherAFailingServerIsBackMoreAndMoreRarely() {
    Health health = with(HealthSettings.NONE);
    for (int i = 0; i < 3; i++) {
      health.failed(Reason.CONNECT_FAILED);
    }

    for (long seconds : new long[] {1, 2, 4, 8, 10, 10}) {
      assertThat(health.isWorthATry()).isFalse();
      clock.addAndGet(Duration.ofSeconds(seconds).toNanos() - 1);
      assertThat(health.isWorthATry()).isFalse();
      clock.addAndGet(1);
      assertThat(health.isWorthATry()).isTrue();
      assertThat(health.isWorthATry()).isFalse();
      health.failed(Reason.CONNECT_FAILED);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"UPSTREAM_CLOSED", "RESPONSE_TIMEOUT", "BAD_RESPONSE", "UPSTREAM_RESET"})
  void whoIsReachedIsNotFailingHoweverBadlyItAnswers(Reason reason) {
    Health health = with(HealthSettings.NONE);
    for (int i = 0; i < 20; i++) {
      health.failed(Reason.CONNECT_FAILED);
      health.failed(Reason.CONNECT_FAILED);
      health.failed(reason);
      health.failed(503);
    }

    assertThat(health.isFailing()).isFalse();
    assertThat(health.lastError()).isEqualTo("status 503");
  }

  @Test
  void aStateHasItsAge() {
    Health health = with(SETTINGS);
    clock.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(health.inStateFor()).isEqualTo(Duration.ofSeconds(5));
    health.checked("", CHECK);
    assertThat(health.inStateFor()).isZero();
    for (int i = 0; i < 3; i++) {
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
      health.checked("status 500", CHECK);
    }
    assertThat(health.inStateFor()).isZero();
    assertThat(health.lastError()).isEqualTo("check: status 500");
  }
}
