package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.testkit.LeakWatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LeakWatchTest {
  /**
   * A watch that sees nothing would let every other test pass. Unit tests have a JVM of their own,
   * so this leak meets nobody else.
   */
  @Test
  void aBufferThatNobodyReleasesIsSeen() {
    for (int i = 0; i < 10; i++) {
      ByteBufAllocator.DEFAULT.directBuffer(16).writeByte(i);
    }

    Awaitility.await()
        .untilAsserted(
            () -> assertThatThrownBy(LeakWatch::check).isInstanceOf(AssertionError.class));
  }
}
