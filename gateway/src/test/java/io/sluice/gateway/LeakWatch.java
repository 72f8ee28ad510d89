package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes a buffer that nobody released fail the test instead of a line in a log. Netty's detector
 * runs at paranoid in the tests.
 */
final class LeakWatch {
  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  private LeakWatch() {}

  /** Before Netty makes its first buffer. */
  static void install() {
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @SuppressWarnings("deprecation") // The newer form calls this one.
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> type, int interval, long max) {
            return new Detector<>(type, interval);
          }
        });
  }

  /** Fails when a buffer was collected without having been released. */
  static void check() {
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    for (int i = 0; i < 3; i++) {
      System.gc();
      // The detector reports when the next buffer is tracked.
      ByteBufAllocator.DEFAULT.directBuffer(16).release();
    }
    assertThat(LEAKS).isEmpty();
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {
    Detector(Class<T> type, int interval) {
      super(type, interval);
    }

    @Override
    protected void reportTracedLeak(String type, String records) {
      LEAKS.add(type + records);
    }

    @Override
    protected void reportUntracedLeak(String type) {
      LEAKS.add(type);
    }
  }
}
