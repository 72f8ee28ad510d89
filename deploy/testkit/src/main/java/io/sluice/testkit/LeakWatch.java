package io.sluice.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes a buffer that nobody released fail a test instead of being a line in a log. The tests' JVMs
 * name it to Netty as {@code io.netty.customResourceLeakDetector} and run it at paranoid.
 */
public final class LeakWatch<T> extends ResourceLeakDetector<T> {
  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  /** Called by Netty. */
  public LeakWatch(Class<T> type, int samplingInterval) {
    super(type, samplingInterval);
  }

  /** Fails when a buffer was collected without having been released. */
  public static void check() {
    if (getLevel() != Level.PARANOID) {
      throw new AssertionError("found leak detection at " + getLevel() + ", expected PARANOID");
    }
    for (int i = 0; i < 3; i++) {
      System.gc();
      // The detector reports when the next buffer is tracked.
      ByteBufAllocator.DEFAULT.directBuffer(16).release();
    }
    if (!LEAKS.isEmpty()) {
      throw new AssertionError(
          LEAKS.size() + " buffers were not released, the first: " + LEAKS.getFirst());
    }
  }

  @Override
  protected void reportTracedLeak(String type, String records) {
    // Vert.x keeps a copy of every GOAWAY's text and never releases it; tests use it as a client.
    if (!records.contains("io.vertx.core.http.GoAway")) {
      LEAKS.add(type + records);
    }
  }

  @Override
  protected void reportUntracedLeak(String type) {
    LEAKS.add(type);
  }
}
