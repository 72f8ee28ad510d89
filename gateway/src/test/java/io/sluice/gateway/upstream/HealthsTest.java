package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.config.HealthSettings;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
      health.checked(false, CHECK);
    }

    Health after = with(changed);

    assertThat(after.isDown()).isTrue();
    assertThat(after.isUsable()).isFalse();
    after.checked(true, CHECK);
    assertThat(after.isDown()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aServerThatIsEjectedStaysOutForItsTimeWhateverChanges(HealthSettings changed) {
    Health health = with(SETTINGS);
    health.checked(true, CHECK);
    health.failed();
    assertThat(health.isEjected()).isTrue();

    assertThat(with(changed).isEjected()).isTrue();
    clock.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(with(changed).isEjected()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aServerThatIsWellStaysWellWhateverChanges(HealthSettings changed) {
    with(SETTINGS).checked(true, CHECK);

    assertThat(with(changed).isWell()).isTrue();
  }

  @Test
  void whereChecksAreWrittenNobodyIsWellBeforeOneWasPassed() {
    Health fresh = with(HealthSettings.NONE);
    assertThat(fresh.isWell()).isTrue();

    Health checked = with(SETTINGS);

    assertThat(checked.isUnchecked()).isTrue();
    assertThat(checked.isWell()).isFalse();
    checked.checked(false, CHECK);
    assertThat(checked.isWell()).isFalse();
    checked.checked(true, CHECK);
    assertThat(checked.isWell()).isTrue();
  }

  @Test
  void whatOnlyChecksHaveSaidEndsWithThem() {
    Health health = with(SETTINGS);
    for (int i = 0; i < 3; i++) {
      health.checked(false, CHECK);
    }

    assertThat(with(HealthSettings.NONE).isDown()).isFalse();
    assertThat(with(SETTINGS).isDown()).isTrue();
  }

  @Test
  void aServerThatWasAwayIsNotKnownAnyMore() {
    with(SETTINGS).checked(true, CHECK);
    healths.obtain("b", Set.of(), SETTINGS);

    assertThat(with(SETTINGS).isUnchecked()).isTrue();
  }
}
