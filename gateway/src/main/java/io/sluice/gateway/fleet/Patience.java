package io.sluice.gateway.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Looks at the fleet again and again, until nothing is left to wait for or the time is over. */
final class Patience {
  /** What is still waited for, one line each. */
  interface Look {
    List<String> left() throws IOException, InterruptedException;
  }

  /** Lets time pass. */
  interface Pause {
    void nanos(long nanos) throws InterruptedException;
  }

  static final Patience REAL = new Patience(System::nanoTime, TimeUnit.NANOSECONDS::sleep);

  private final LongSupplier clock;
  private final Pause pause;

  Patience(LongSupplier clock, Pause pause) {
    this.clock = clock;
    this.pause = pause;
  }

  /**
   * Waits. A gateway that does not answer is waited for, too. There is a last look when the time is
   * over, however long the looks before it took.
   *
   * @return what is left then; empty when all is done
   */
  List<String> await(Look look, Duration every, Duration atMost)
      throws IOException, InterruptedException {
    long until = clock.getAsLong() + atMost.toNanos();
    while (true) {
      long remaining = until - clock.getAsLong();
      List<String> left;
      try {
        left = look.left();
      } catch (AdminApi.SilentException silent) {
        left = List.of(silent.getMessage());
      }
      if (left.isEmpty() || remaining <= 0) {
        return left;
      }
      pause.nanos(Math.min(every.toNanos(), remaining));
    }
  }
}
