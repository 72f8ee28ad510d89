package io.sluice.testkit;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes a buffer that nobody released fail a test instead of being a line in a log. The tests' JVMs
 * name it to Netty as {@code io.netty.customResourceLeakDetector} and run it at paranoid.
 */
public final class LeakWatch<T> extends ResourceLeakDetector<T> {
  private static final List<LeakWatch<?>> WATCHES = new CopyOnWriteArrayList<>();
  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  /** Called by Netty. */
  public LeakWatch(Class<T> type, int samplingInterval) {
    super(type, samplingInterval);
    WATCHES.add(this);
  }

  /** Looked for by Netty first, which complains where it is missing. */
  public LeakWatch(Class<T> type, int samplingInterval, long notUsed) {
    this(type, samplingInterval);
  }

  /** Fails when a buffer was collected without having been released. */
  public static void check() {
    if (getLevel() != Level.PARANOID) {
      throw new AssertionError("found leak detection at " + getLevel() + ", expected PARANOID");
    }
    for (int i = 0; i < 3; i++) {
      System.gc();
      WATCHES.forEach(LeakWatch::report);
    }
    if (!LEAKS.isEmpty()) {
      throw new AssertionError(LEAKS.size() + " were not released: " + String.join("\n", LEAKS));
    }
  }

  /** A detector reports what was lost when the next of its kind is tracked. */
  @SuppressWarnings("unchecked")
  private void report() {
    Object next = new Object();
    ((ResourceLeakDetector<Object>) this).track(next).close(next);
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
