package io.sluice.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.memory.SharedBudget;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What event loops share holds whichever of them runs when: Lincheck tries the orders in which the
 * steps of two or three threads can follow each other.
 */
@Tag("lincheck")
class InterleavingsTest {
  private static final int ORDERS = 3_000;
  private static final int PLENTY = 10;

  /** Runs these at the same time, to their ends. */
  private static void together(Runnable... tasks) {
    Thread[] threads = new Thread[tasks.length];
    for (int i = 0; i < tasks.length; i++) {
      threads[i] = new Thread(tasks[i]);
      threads[i].start();
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }
  }

  private static void holds(boolean law, String what) {
    if (!law) {
      throw new IllegalStateException(what);
    }
  }

  private static void inEveryOrder(Runnable laws) {
    Lincheck.runConcurrentTest(ORDERS, laws);
  }

  /** Somebody who wants a place at a backend, as an exchange does. */
  private static final class Guest implements Admission.Guest {
    private enum State {
      WAITING,
      INSIDE,
      GONE
    }

    private final Admission admission;
    private final AtomicInteger inside;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    Guest(Admission admission, AtomicInteger inside) {
      this.admission = admission;
      this.inside = inside;
    }

    void comes() {
      if (admission.enter(this, PLENTY, PLENTY) == Admission.Answer.ENTER) {
        state.set(State.INSIDE);
        inside.incrementAndGet();
      }
    }

    @Override
    public boolean admitted() {
      if (!state.compareAndSet(State.WAITING, State.INSIDE)) {
        return false;
      }
      inside.incrementAndGet();
      return true;
    }

    void goes() {
      State before = state.getAndSet(State.GONE);
      if (before == State.INSIDE) {
        inside.decrementAndGet();
        admission.leave();
      } else if (before == State.WAITING) {
        admission.gaveUp(this);
      }
    }
  }

  private static void everyPlaceIsUsedAndNoneTwice(
      Admission admission, AtomicInteger inside, int places) {
    holds(admission.inside() == inside.get(), "counted are those inside");
    holds(inside.get() <= places, "no more than there are places");
    holds(admission.waiting() == 0 || inside.get() == places, "nobody waits before a free place");
  }

  @Test
  void thePlacesOfABackendAreTakenAndLeftAtOnce() {
    inEveryOrder(
        () -> {
          AtomicInteger inside = new AtomicInteger();
          Admission admission = new Admission(1);
          Guest first = new Guest(admission, inside);
          Guest second = new Guest(admission, inside);
          first.comes();
          together(first::goes, second::comes);
          everyPlaceIsUsedAndNoneTwice(admission, inside, 1);
        });
  }

  @Test
  void aGuestGivesUpWhileAPlaceIsItsTurn() {
    inEveryOrder(
        () -> {
          AtomicInteger inside = new AtomicInteger();
          Admission admission = new Admission(1);
          Guest first = new Guest(admission, inside);
          Guest second = new Guest(admission, inside);
          Guest third = new Guest(admission, inside);
          first.comes();
          second.comes();
          third.comes();
          together(first::goes, second::goes);
          everyPlaceIsUsedAndNoneTwice(admission, inside, 1);
          holds(admission.waiting() == 0, "the third is inside");
        });
  }

  @Test
  void thePlacesBecomeMoreWhileAGuestComes() {
    inEveryOrder(
        () -> {
          AtomicInteger inside = new AtomicInteger();
          Admission admission = new Admission(1);
          new Guest(admission, inside).comes();
          Guest second = new Guest(admission, inside);
          together(() -> admission.places(2), second::comes);
          everyPlaceIsUsedAndNoneTwice(admission, inside, 2);
        });
  }

  @Test
  void aBudgetOfRetriesIsNeverOverdrawn() {
    inEveryOrder(
        () -> {
          RetryBudget budget = new RetryBudget(50, () -> 0);
          int taken = 0;
          while (budget.take()) {
            taken++;
          }
          holds(taken == 10, "ten to begin with");
          AtomicInteger more = new AtomicInteger();
          Runnable retry =
              () -> {
                if (budget.take()) {
                  more.incrementAndGet();
                }
              };
          together(budget::requestBegan, budget::requestBegan, retry);
          holds(more.get() <= 1, "two requests of fifty percent allow one");
          retry.run();
          holds(more.get() == 1, "and it is there in the end");
        });
  }

  @Test
  void anEndpointIsIdleWhenAllHaveEnded() {
    EndpointKey key = new EndpointKey("127.0.0.1", 80, false, null);
    inEveryOrder(
        () -> {
          Endpoint endpoint = new Endpoint(key);
          Runnable exchange =
              () -> {
                endpoint.exchangeBegan();
                endpoint.exchangeEnded();
              };
          together(exchange, exchange);
          holds(endpoint.inFlight() == 0, "nothing is under way");
        });
  }

  @Test
  void oneEndpointAlwaysStays() {
    inEveryOrder(
        () -> {
          EjectionCap cap = new EjectionCap();
          cap.endpoints(2);
          AtomicInteger ejected = new AtomicInteger();
          Runnable eject =
              () -> {
                if (cap.mayEject(100)) {
                  ejected.incrementAndGet();
                }
              };
          together(eject, eject);
          holds(ejected.get() == 1, "one of two");
        });
  }

  @Test
  void aBudgetOfBytesIsNeverExceededAndWhatIsRefusedIsGivenBack() {
    inEveryOrder(
        () -> {
          SharedBudget budget = new SharedBudget(100);
          AtomicInteger taken = new AtomicInteger();
          Runnable take =
              () -> {
                if (budget.take(60)) {
                  taken.incrementAndGet();
                }
              };
          together(take, take);
          holds(taken.get() <= 1, "sixty twice are more than a hundred");
          holds(budget.used() == taken.get() * 60L, "what is used was taken");
        });
  }

  /** So that one can rely on the others. */
  @Test
  void anOrderThatBreaksALawIsFound() {
    assertThatThrownBy(
            () ->
                inEveryOrder(
                    () -> {
                      AtomicBoolean taken = new AtomicBoolean();
                      AtomicInteger holders = new AtomicInteger();
                      Runnable take =
                          () -> {
                            if (!taken.get()) {
                              taken.set(true);
                              holders.incrementAndGet();
                            }
                          };
                      together(take, take);
                      holds(holders.get() == 1, "one holds it");
                    }))
        .isInstanceOf(LincheckAssertionError.class);
  }
}
