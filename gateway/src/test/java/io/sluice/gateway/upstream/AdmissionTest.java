package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Places at a backend follow what is written now, and are given in the order of arrival. */
class AdmissionTest {
  private static final int PLENTY = 1_000;

  private final List<String> admitted = new ArrayList<>();

  private Admission.Guest guest(String name) {
    return () -> {
      admitted.add(name);
      return true;
    };
  }

  private Admission full(int places, String... waiting) {
    Admission admission = new Admission(places);
    for (int i = 0; i < places; i++) {
      assertThat(admission.enter(guest("inside"), PLENTY, PLENTY))
          .isEqualTo(Admission.Answer.ENTER);
    }
    for (String name : waiting) {
      assertThat(admission.enter(guest(name), PLENTY, PLENTY)).isEqualTo(Admission.Answer.WAIT);
    }
    return admission;
  }

  @Test
  void aPlaceThatBecomesFreeGoesToWhoHasWaitedLongest() {
    Admission admission = full(1, "first", "second");

    admission.leave();

    assertThat(admitted).containsExactly("first");
    assertThat(admission.inside()).isEqualTo(1);
  }

  @Test
  void morePlacesAreGivenToThoseWhoWaitAtOnceAndInTheirOrder() {
    Admission admission = full(1, "first", "second", "third");

    admission.places(3);

    assertThat(admitted).containsExactly("first", "second");
    assertThat(admission.waiting()).isEqualTo(1);
  }

  @Test
  void whereThereIsNoLimitAnyMoreNobodyWaits() {
    Admission admission = full(2, "first", "second", "third");

    admission.places(0);

    assertThat(admitted).containsExactly("first", "second", "third");
    assertThat(admission.waiting()).isZero();
    assertThat(admission.inside()).isEqualTo(5);
  }

  @Test
  void fewerPlacesLetNobodyInUntilThereAreFewerInside() {
    Admission admission = full(3, "first");

    admission.places(1);
    admission.leave();
    admission.leave();
    assertThat(admitted).isEmpty();
    admission.leave();

    assertThat(admitted).containsExactly("first");
    assertThat(admission.inside()).isEqualTo(1);
  }

  @Test
  void whoComesLaterIsNotLetInBeforeWhoWaits() {
    Admission admission = full(1, "first");
    // A place is free, and nobody has looked yet: the one who comes now is not the one who gets it.
    admission.places(2);

    assertThat(admission.enter(guest("late"), PLENTY, PLENTY)).isEqualTo(Admission.Answer.WAIT);

    assertThat(admitted).containsExactly("first");
  }

  @Test
  void whoHasGivenUpIsPassedOver() {
    Admission admission = new Admission(1);
    admission.enter(guest("inside"), PLENTY, PLENTY);
    admission.enter(() -> false, PLENTY, PLENTY);
    admission.enter(guest("second"), PLENTY, PLENTY);

    admission.leave();

    assertThat(admitted).containsExactly("second");
  }

  @Test
  void noMoreWaitThanThereAreSeats() {
    Admission admission = full(1);

    assertThat(admission.enter(guest("first"), PLENTY, 1)).isEqualTo(Admission.Answer.WAIT);
    assertThat(admission.enter(guest("second"), PLENTY, 1)).isEqualTo(Admission.Answer.FULL);
  }
}
