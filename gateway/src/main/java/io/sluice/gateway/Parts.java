package io.sluice.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What runs, in the order in which it was started. One thread. */
final class Parts {
  private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

  private final Deque<AutoCloseable> running = new ArrayDeque<>();

  /** Takes over a part that runs. */
  <T extends AutoCloseable> T add(T part) {
    running.push(part);
    return part;
  }

  /** Stops them in the opposite order: all of them, whatever one of them does. */
  void stop() {
    boolean interrupted = false;
    while (!running.isEmpty()) {
      AutoCloseable part = running.pop();
      try {
        part.close();
      } catch (InterruptedException impatient) {
        interrupted = true;
      } catch (Exception | Error failed) {
        LOG.warn("a part did not stop in order", failed);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
