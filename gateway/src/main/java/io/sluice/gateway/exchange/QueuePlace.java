package io.sluice.gateway.exchange;

import io.sluice.gateway.config.BackendLimits;
import io.sluice.gateway.http.Reason;
import io.sluice.gateway.table.CompiledBackend;
import io.sluice.gateway.upstream.Admission;
import io.sluice.gateway.upstream.LoopPools;
import io.sluice.gateway.wire.DeadlineWheel;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One exchange's place at a backend that takes only so many at once, or its place in the queue for
 * one. On the exchange's event loop, but for {@link #admitted}.
 */
final class QueuePlace implements Admission.Guest {
  private enum State {
    WAITING,
    INSIDE,
    GONE
  }

  private final Delivery delivery;
  private final Admission admission;
  private final LoopPools pools;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
  private DeadlineWheel.@Nullable Deadline deadline;

  private QueuePlace(Delivery delivery, Admission admission, LoopPools pools) {
    this.delivery = delivery;
    this.admission = admission;
    this.pools = pools;
  }

  /**
   * Asks for a place for the delivery, which is told when it has one or will get none, perhaps at
   * once.
   *
   * @param most how many the gateway allows the backend just now
   */
  static QueuePlace ask(Delivery delivery, CompiledBackend backend, int most, LoopPools pools) {
    BackendLimits limits = backend.written().limits();
    QueuePlace place = new QueuePlace(delivery, backend.admission(), pools);
    int seats = Math.min(limits.maxQueue(), most);
    switch (backend.admission().enter(place, most, seats)) {
      case ENTER -> {
        place.state.set(State.INSIDE);
        pools.loop().execute(delivery::onPlace);
      }
      case WAIT -> {
        place.deadline = pools.loop().deadlines().deadline(place::onDeadline);
        place.deadline.in(limits.queueTimeout().toNanos());
      }
      case FULL -> {
        place.state.set(State.GONE);
        pools.loop().execute(() -> delivery.onNoPlace(Reason.QUEUE_FULL));
      }
    }
    return place;
  }

  @Override
  public boolean admitted() {
    if (!state.compareAndSet(State.WAITING, State.INSIDE)) {
      return false;
    }
    pools.loop().execute(this::onAdmitted);
    return true;
  }

  private void onAdmitted() {
    if (deadline != null) {
      deadline.remove();
    }
    delivery.onPlace();
  }

  private void onDeadline() {
    if (state.compareAndSet(State.WAITING, State.GONE)) {
      admission.gaveUp(this);
      delivery.onNoPlace(Reason.QUEUE_TIMEOUT);
    }
  }

  /** The exchange is over. */
  void leave() {
    if (deadline != null) {
      deadline.remove();
    }
    State before = state.getAndSet(State.GONE);
    if (before == State.INSIDE) {
      admission.leave();
    } else if (before == State.WAITING) {
      admission.gaveUp(this);
    }
  }
}
