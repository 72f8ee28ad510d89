package io.sluice.gtin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gtin.gtin.Gtin;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AskedBeforeTest {
  private static final int ONE_OF = 1 << 10;

  private static Gtin gtin(long body) {
    return new Gtin(body * 10 + Gtin.checkDigit(body));
  }

  @Test
  void whatIsAskedForTwiceIsKnownTheSecondTime() {
    AskedBefore before = new AskedBefore(ONE_OF);
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      Gtin gtin = gtin(1 + random.nextLong(9_999_999_999_999L));
      assertThat(before.noted(gtin)).isFalse();
      assertThat(before.noted(gtin)).isTrue();
    }
  }

  /** However many there are, in whichever order their numbers are. */
  @Test
  void whatIsAskedForOnceIsTakenForNothingElse() {
    AskedBefore before = new AskedBefore(ONE_OF);
    for (int i = 1; i <= 200_000; i++) {
      assertThat(before.noted(gtin(i))).as("%s", i).isFalse();
    }
  }

  @Test
  void whatIsAskedForAllTheTimeIsKnownBesideWhatIsAskedForOnce() {
    AskedBefore before = new AskedBefore(ONE_OF);
    int known = 0;
    for (int i = 1; i <= 10_000; i++) {
      for (int other = 0; other < 100; other++) {
        before.noted(gtin(1_000_000L * i + other));
      }
      known += before.noted(gtin(7)) ? 1 : 0;
    }
    assertThat(known).isGreaterThan(8_000);
  }
}
